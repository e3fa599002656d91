import type { PushHealth, PushTarget } from '../push/pushTarget.ts';
import type { MixFeed, ShownInput } from './feed.ts';
import type { RtpPortRange } from './MediaPort.ts';
import type { MixSpec, Publication } from './spec.ts';

/** What a room's mixer and its process tell each other. */

export interface MixStart {
  spec: MixSpec;
  /** What is to come of it at first. */
  outputs: MixOutputs;
  ffmpeg: string;
  ports: RtpPortRange;
  address: string;
  /** The port that is tried first. */
  firstPort: number;
  /** Discontinuities that the room had. */
  discontinuities: number;
  logLevel: string;
}

/** What comes of a room, which may change while it is mixed. */
export interface MixOutputs {
  /** As HLS; null: nobody listens. */
  publication: Publication | null;
  record: { folder: string } | null;
  recordTracks: { folder: string } | null;
  pushes: readonly PushTarget[];
}

export type ToProcess =
  | { type: 'start'; start: MixStart }
  | { type: 'feed'; feed: MixFeed }
  | { type: 'outputs'; outputs: MixOutputs }
  | { type: 'close'; hasEnded: boolean };

/** What the process knows of how it fares. */
export interface ProcessHealth {
  /** Whether there was a first segment, where there are to be any. */
  isMaking: boolean;
  isInterrupted: boolean;
  speed: number;
  droppedFrames: number;
  framesPerSecond: number;
  lastError: string | null;
  pushes: PushHealth[];
}

export type FromProcess =
  | { type: 'rtp'; ip: string; port: number }
  | {
      type: 'segment';
      /** Path of the keys of its publication. */
      keyPath: string;
      sequence: number;
      startsAt: number;
      delayMs: number;
      discontinuities: number;
    }
  | { type: 'shown'; shown: ShownInput[] }
  | { type: 'key-frame-needed'; input: string }
  /** All that was to be recorded there is there. */
  | { type: 'recorded'; folder: string }
  /** Each second: also that it runs. */
  | { type: 'health'; health: ProcessHealth }
  /** A line of its log, in JSON. */
  | { type: 'log'; line: string }
  /** It ends by itself: there is no port, say. */
  | { type: 'failed'; message: string };
