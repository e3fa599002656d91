import { signal, type ReadonlySignal } from '@preact/signals';
import type { AnyNotification } from '../api/SignalingClient.ts';
import type { FloatingReaction, Quality } from './models.ts';
import { nextSpeaker, SPEAKER_HOLD_MS, type SpeakerState } from './speaker.ts';

/** Louder than this (dBov) counts as speaking. */
const SPEAKING_DBOV = -55;
/** The server tells levels several times a second while somebody is audible. */
const SILENT_AFTER_MS = 1_200;
const REACTION_MS = 4_000;

/** What passes: who speaks, how good the connections are, reactions. */
export interface Liveliness {
  readonly speaking: ReadonlySignal<ReadonlySet<string>>;
  readonly speaker: ReadonlySignal<string | null>;
  readonly qualities: ReadonlySignal<ReadonlyMap<string, Quality>>;
  readonly reactions: ReadonlySignal<readonly FloatingReaction[]>;
  handle(notification: AnyNotification): void;
  /** Somebody has left. */
  forget(participantId: string): void;
  close(): void;
}

/** @param nameOf what a participant is called now */
export function createLiveliness(
  selfId: ReadonlySignal<string>,
  nameOf: (participantId: string) => string,
): Liveliness {
  const speaking = signal<ReadonlySet<string>>(new Set());
  const speaker = signal<SpeakerState>({ shown: null, candidate: null });
  const shown = signal<string | null>(null);
  const qualities = signal<ReadonlyMap<string, Quality>>(new Map());
  const reactions = signal<readonly FloatingReaction[]>([]);
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let turn: ReturnType<typeof setTimeout> | undefined;
  let nextKey = 1;

  function hear(levels: readonly { participantId: string; volume: number }[]): void {
    const audible = levels.filter(({ volume }) => volume > SPEAKING_DBOV);
    const ids = audible.map(({ participantId }) => participantId);
    if (ids.length !== speaking.value.size || ids.some((id) => !speaking.value.has(id))) {
      speaking.value = new Set(ids);
    }
    clearTimeout(silence);
    silence = setTimeout(() => (speaking.value = new Set()), SILENT_AFTER_MS);
  }

  function turnTo(dominant: string | null): void {
    // The stage shows others: one's own voice changes nothing.
    const other = dominant === selfId.value ? null : dominant;
    speaker.value = nextSpeaker(speaker.value, other, performance.now());
    shown.value = speaker.value.shown;
    clearTimeout(turn);
    if (speaker.value.candidate) turn = setTimeout(() => turnTo(other), SPEAKER_HOLD_MS);
  }

  function float(participantId: string, reaction: FloatingReaction['reaction']): void {
    const key = nextKey++;
    const floating = { key, reaction, participantId, name: nameOf(participantId) };
    reactions.value = [...reactions.value, floating];
    const timer = setTimeout(() => {
      timers.delete(timer);
      reactions.value = reactions.value.filter((one) => one.key !== key);
    }, REACTION_MS);
    timers.add(timer);
  }

  return {
    speaking,
    speaker: shown,
    qualities,
    reactions,
    handle({ name, payload }) {
      if (name === 'audio-levels') hear(payload.levels);
      else if (name === 'active-speaker') turnTo(payload.participantId);
      else if (name === 'reaction-sent') float(payload.participantId, payload.reaction);
      else if (name === 'connection-quality-updated') {
        const next = new Map(qualities.value);
        for (const { participantId, quality, direction } of payload.qualities) {
          next.set(participantId, { bars: toBars(quality), direction });
        }
        qualities.value = next;
      }
    },
    forget(participantId) {
      if (qualities.value.has(participantId)) {
        const next = new Map(qualities.value);
        next.delete(participantId);
        qualities.value = next;
      }
      if (shown.value !== participantId) return;
      speaker.value = { shown: null, candidate: null };
      shown.value = null;
    },
    close() {
      clearTimeout(silence);
      clearTimeout(turn);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function toBars(quality: number): Quality['bars'] {
  const bars = ([0, 1, 2, 3, 4] as const).find((one) => one === quality);
  return bars ?? 0;
}
