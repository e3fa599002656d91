import type { CompositeIndex } from '../recording/compositeIndex.ts';

/** A stretch of a recording without a gap: gaps are left out of what is played. */
export interface TimelinePiece {
  /** When it was on the stage, milliseconds since the Unix epoch. */
  at: number;
  /** Where it is in the recording, milliseconds after its beginning. */
  offsetMs: number;
  durationMs: number;
}

/** Segments that follow each other this closely are one stretch: their lengths are rounded. */
const TOLERANCE_MS = 50;

/** Where what was when is in the file that is made of these segments. */
export function timelineOf({ segments, until }: CompositeIndex): TimelinePiece[] {
  const pieces: TimelinePiece[] = [];
  let offsetMs = 0;
  for (const { startsAt: at, durationSec } of segments) {
    const end = at + durationSec * 1_000;
    const durationMs = Math.max(0, Math.min(end, until ?? end) - at);
    const last = pieces.at(-1);
    if (last && Math.abs(last.at + last.durationMs - at) <= TOLERANCE_MS) {
      last.durationMs += durationMs;
    } else pieces.push({ at, offsetMs, durationMs });
    offsetMs += durationMs;
  }
  return pieces;
}

/**
 * Where in the recording a moment is: what was in a gap is where the gap is. Null: it was before or after.
 * @param at milliseconds since the Unix epoch @returns milliseconds after its beginning
 */
export function offsetAt(timeline: readonly TimelinePiece[], at: number): number | null {
  const [first] = timeline;
  const last = timeline.at(-1);
  if (!first || !last || at < first.at || at > last.at + last.durationMs) return null;
  const piece = timeline.findLast((one) => one.at <= at) ?? first;
  return Math.round(piece.offsetMs + Math.min(at - piece.at, piece.durationMs));
}
