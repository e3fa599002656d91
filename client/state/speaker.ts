/** How long somebody must be the dominant speaker before the stage turns to them. */
export const SPEAKER_HOLD_MS = 1_000;

export interface SpeakerState {
  /** Whom the stage shows. */
  readonly shown: string | null;
  /** Who has been dominant since when, and is not shown yet. */
  readonly candidate: { readonly id: string; readonly since: number } | null;
}

/**
 * Whom to show, with a dominant speaker told or time passed. The first speaker is shown at once;
 * silence changes nothing.
 *
 * @param dominant who is dominant now; null: nobody
 * @param now milliseconds on any steady clock
 */
export function nextSpeaker(
  state: SpeakerState,
  dominant: string | null,
  now: number,
): SpeakerState {
  if (dominant === null || dominant === state.shown) return { ...state, candidate: null };
  if (state.shown === null) return { shown: dominant, candidate: null };
  if (state.candidate?.id !== dominant)
    return { ...state, candidate: { id: dominant, since: now } };
  if (now - state.candidate.since < SPEAKER_HOLD_MS) return state;
  return { shown: dominant, candidate: null };
}
