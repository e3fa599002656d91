import type { Rendition } from './renditions.ts';

/** A part of the stream, whole and in the clear, in every rendition. */
export interface MixedSegment {
  /** When it was on the stage, as far as this machine can tell: when it came; milliseconds since 1970. */
  startsAt: number;
  /** Of the first rendition. */
  durationSec: number;
  /** Whether it does not continue the one before. */
  isDiscontinuous: boolean;
  /** In the order of the renditions: transport streams. */
  files: readonly { rendition: Rendition; data: Buffer; durationSec: number }[];
}

/**
 * The number of a segment that begins now. It is taken from the clock, so that whoever goes on with a room, on any
 * machine, counts on without knowing whom: no mixer makes segments faster than time goes.
 */
export function sequenceAt(now: number, segmentSec: number): number {
  return Math.floor(now / (segmentSec * 1_000)) + 1;
}
