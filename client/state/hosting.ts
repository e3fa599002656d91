import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Role, WaitingView } from '../../protocol/meetings.ts';
import { isHosting } from '../../protocol/rights.ts';
import type { AnyNotification } from '../api/SignalingClient.ts';
import type { Request } from '../media/MediaTransport.ts';
import type { HostModel, WaitingPerson } from './hostModels.ts';

/** Entries of what hosts did that are fetched at a time. */
const AUDIT_PAGE = 50;

interface HostingDeps {
  meetingId: string;
  request: Request;
  /** One's own role. */
  role: ReadonlySignal<Role>;
  /** Does something and tells of a failure. */
  act: (act: () => Promise<unknown>) => Promise<void>;
  /** The meeting is to be recorded, and no mixer is free. */
  onRecordingWaits: () => void;
}

/** What hosts see and do, with what the meeting does to it. */
export interface Hosting {
  readonly model: HostModel;
  /** Takes what only hosts are told; false for everything else. */
  handle(notification: AnyNotification): boolean;
}

export function createHosting(deps: HostingDeps): Hosting {
  const { meetingId, request, role, act, onRecordingWaits } = deps;
  /** As the server told; of no worth to who does not host any more. */
  const told = signal<ReadonlyMap<string, WaitingView>>(new Map());
  const waitingMessage = signal<string | null>(null);
  const queue = computed(() =>
    isHosting(role.value) ? [...told.value.values()].map(toWaitingPerson) : [],
  );
  const whom = (who: readonly string[] | 'all') => {
    if (who === 'all') return { all: true as const };
    const [alone] = who;
    return who.length === 1 && alone !== undefined
      ? { participantId: alone }
      : { participantIds: [...who] };
  };

  return {
    model: {
      queue,
      waitingMessage,
      admit: (who, { always } = {}) =>
        act(() =>
          request('admit-participant', { meetingId, ...whom(who), ...(always && { always }) }),
        ),
      deny: (who, { message, ban } = {}) =>
        act(() =>
          request('deny-participant', {
            ...{ meetingId, ...whom(who) },
            ...(message !== undefined && { message }),
            ...(ban && { ban }),
          }),
        ),
      messageWaitingRoom: (message) =>
        act(() => request('message-waiting-room', { meetingId, message })),
      update: (change) => act(() => request('update-meeting', { meetingId, ...change })),
      mute: (participantId) => act(() => request('mute-participant', { meetingId, participantId })),
      muteAll: (mayUnmute) =>
        act(() => request('mute-participant', { meetingId, all: true, mayUnmute })),
      askToUnmute: (participantId, source) =>
        act(() => request('ask-to-unmute', { meetingId, participantId, source })),
      stop: (participantId, source) =>
        act(() => request('stop-media', { meetingId, participantId, source })),
      lowerHand: (participantId) => act(() => request('lower-hand', { meetingId, participantId })),
      lowerAllHands: () => act(() => request('lower-hand', { meetingId, all: true })),
      assignRole: (participantId, next) =>
        act(() => request('assign-role', { meetingId, participantId, role: next })),
      remove: (participantId, { ban } = {}) =>
        act(() => request('remove-participant', { meetingId, participantId, ...(ban && { ban }) })),
      bans: async () => (await request('list-bans', { meetingId })).bans,
      liftBan: async (banId) => {
        await request('lift-ban', { meetingId, banId });
      },
      audit: (before) =>
        request('list-audit', {
          ...{ meetingId, limit: AUDIT_PAGE },
          ...(before !== undefined && { before }),
        }),
    },
    handle({ name, payload }) {
      if (name === 'waiting-room') {
        told.value = new Map(payload.waiting.map((one) => [one.id, one]));
        waitingMessage.value = payload.message;
      } else if (name === 'participant-waiting') {
        const { participant } = payload;
        told.value = new Map(told.value).set(participant.id, participant);
      } else if (name === 'participant-waiting-ended') {
        const remaining = new Map(told.value);
        remaining.delete(payload.participantId);
        told.value = remaining;
      } else if (name === 'recording-waiting') {
        // All devices of a host are told, whichever meeting they are in.
        if (payload.meetingId === meetingId) onRecordingWaits();
      } else return false;
      return true;
    },
  };
}

function toWaitingPerson(view: WaitingView): WaitingPerson {
  return {
    id: view.id,
    userId: view.userId,
    name: view.name,
    avatarUrl: view.avatarUrl,
    guest: view.guest,
    // A clock that is behind the server's must not show somebody from the future.
    since: Math.min(Date.parse(view.since), Date.now()),
    reconnecting: view.connection === 'reconnecting',
    devices: view.devices,
  };
}
