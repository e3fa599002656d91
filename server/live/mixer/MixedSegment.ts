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
