import type { TrackSpec } from '../recording/trackManifest.ts';
import type { Stage } from './layout.ts';

/** One stream that comes to the room's port. */
export interface MixInput {
  id: string;
  ssrc: number;
  payloadType: number;
  /** What it carries: Opus, or pictures of that codec. */
  kind: 'voice' | 'VP8' | 'H264';
}

/** All that comes in, and who is on the stage with it. */
export interface MixFeed {
  inputs: readonly MixInput[];
  /** Names inputs by their ids. */
  stage: Stage;
  /** Which inputs are recorded as they are, while tracks are recorded. */
  tracks?: readonly TrackSpec[];
}

/** A picture that is needed, and how large it is shown, in pixels. */
export interface ShownInput {
  input: string;
  width: number;
  height: number;
}
