import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { MeetingSettings, MeetingSwitch, Stoppable } from '../../protocol/meetings.ts';
import type { NotificationPayload } from '../../protocol/notifications.ts';
import { mayActOn, mayDo, type Right } from '../../protocol/rights.ts';
import type { UnmuteRequest } from './hostModels.ts';
import type { Person } from './models.ts';
import type { RosterState } from './roster.ts';
import type { Switches } from './switches.ts';

type Source = UnmuteRequest['source'];

const RIGHT_OF: Readonly<Record<Source, Right>> = { microphone: 'unmute', camera: 'use-camera' };
const SETTING_OF = { microphone: 'mayUnmute', camera: 'mayUseCamera' } as const satisfies Record<
  Source,
  MeetingSwitch
>;

/** What one may do, and what a host asks one to do. */
export interface OwnRights {
  readonly isCompanion: ReadonlySignal<boolean>;
  readonly unmuteRequest: ReadonlySignal<UnmuteRequest | null>;
  readonly may: (right: Right) => boolean;
  readonly mayDoTo: (right: Right, person: Person) => boolean;
  handleRequest(payload: NotificationPayload<'unmute-requested'>): void;
  answer(accept: boolean): Promise<void>;
  /** A host has stopped something: what was granted is over. */
  handleStopped(source: Stoppable): void;
  /** What was granted while everybody might is over when nobody may. */
  handleSettings(before: MeetingSettings, after: MeetingSettings): void;
}

export function createOwnRights(
  roster: ReadonlySignal<RosterState>,
  switches: () => Pick<Switches, Source>,
): OwnRights {
  const self = computed(() => roster.value.participants.get(roster.value.selfId));
  const granted = signal<ReadonlySet<Source>>(new Set());
  const unmuteRequest = signal<UnmuteRequest | null>(null);
  const settings = computed(() => roster.value.meeting.settings);
  const grants = (right: Right) => [...granted.value].some((source) => RIGHT_OF[source] === right);

  function withdraw(source: Stoppable): void {
    granted.value = new Set([...granted.value].filter((one) => one !== source));
    if (unmuteRequest.value?.source === source) unmuteRequest.value = null;
  }

  return {
    isCompanion: computed(() => self.value?.companion ?? false),
    // Answered by other means, too.
    unmuteRequest: computed(() => {
      const request = unmuteRequest.value;
      return request && !switches()[request.source].on.value ? request : null;
    }),
    may(right) {
      const one = self.value;
      if (!one || (right === 'unmute' && one.companion)) return false;
      return grants(right) || mayDo(one.role, right, settings.value);
    },
    mayDoTo(right, { role }) {
      return self.value !== undefined && mayActOn(self.value.role, right, role, settings.value);
    },
    handleRequest({ by, source }) {
      granted.value = new Set(granted.value).add(source);
      unmuteRequest.value = { by: by.name, source };
    },
    async answer(accept) {
      const request = unmuteRequest.value;
      unmuteRequest.value = null;
      if (request && accept) await switches()[request.source].set(true);
    },
    handleStopped: withdraw,
    handleSettings(before, after) {
      for (const source of ['microphone', 'camera'] as const) {
        if (before[SETTING_OF[source]] && !after[SETTING_OF[source]]) withdraw(source);
      }
    },
  };
}
