import type { PushHealth, PushTarget } from '../push/pushTarget.ts';
import type { RENDITIONS } from './renditions.ts';

export type RenditionName = keyof typeof RENDITIONS;

/** With what a room's segments are encrypted, and where listeners get that. */
export interface Publication {
  /** 32 bytes in base64; key number n = floor(sequence / segmentsPerKey) is `segmentKey(secret, n)`. */
  keySecret: string;
  /** Key n is at `${keyPath}/${n}`; another publication has another path. */
  keyPath: string;
}

/** What one mixer is to make of a room, for as long as it is. */
export interface MixSpec extends Publication {
  roomId: string;
  /** On the card while nobody is on the stage. */
  title: string;
  /** None: nothing is mixed, and tracks alone are recorded. */
  renditions: readonly RenditionName[];
  framesPerSecond: number;
  /** Whole seconds. */
  segmentSec: number;
  keptSegments: number;
  segmentsPerKey: number;
  /** Output folder: master.m3u8, <rendition>/index.m3u8, <rendition>/<sequence>.ts */
  folder: string;
  /** How many mixers the room had before: its discontinuity sequence begins there. */
  generation: number;
  /** Whether there is HLS of it, from the beginning. */
  publish?: boolean;
  /** Where the largest rendition is recorded, from the beginning. */
  record?: { folder: string };
  /** Where the feed's tracks are recorded, from the beginning. */
  recordTracks?: { folder: string };
  /** Where it is sent as well, from the beginning. */
  pushes?: readonly PushTarget[];
}

/** How a room's mixer fares, each second. */
export interface MixHealth {
  /** `interrupted`: nothing is published for the moment, and it is being repaired. */
  state: 'starting' | 'running' | 'interrupted';
  /** Of real time: below 1 the machine does not keep up. */
  speed: number;
  /** Pictures that were left out, since the room's mixer began. */
  droppedFrames: number;
  /** Pictures a second: fewer than asked for while the machine does not keep up. */
  framesPerSecond: number;
  /** From the stage to the whole segment, with its length; null before the first. */
  delayMs: number | null;
  /** Of the mixer's process. */
  restarts: number;
  /** What went wrong in the last minute, or since the last segment. */
  lastError: string | null;
  pushes: readonly PushHealth[];
}

/** Discontinuity sequences of one mixer begin this far behind those of the one before. */
export const DISCONTINUITIES_PER_GENERATION = 1_000;
