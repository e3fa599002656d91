import type { Emitter } from '../../api/Emitter.ts';

/** A way to have the stream. */
export interface Rendition {
  readonly id: string;
  /** Of its picture, pixels; null: sound only. */
  readonly height: number | null;
}

export interface LiveStreamEvents {
  /** There is something to play: whoever wants to hear it may press play. */
  ready: [];
  renditions: [readonly Rendition[]];
  /** What is played from now on. */
  rendition: [string];
  /** Something of it came. */
  progress: [];
  /** Nothing comes; it is asked for again until something does. */
  trouble: [];
  /** Its keys are refused. Nothing is asked for any more. */
  'access-lost': [];
}

/** Where playing is, seconds. */
export interface LivePosition {
  /** From the stage to here; null while it is not known. */
  delaySec: number | null;
  /** Behind where one could be. */
  behindSec: number;
}

/** The stream of a live room in a video element, kept going until it is closed. */
export interface LiveStream extends Pick<Emitter<LiveStreamEvents>, 'on'> {
  readonly position: LivePosition;
  /** @param id null: whatever the line bears */
  choose(id: string | null): void;
  /** Goes to what is newest. */
  toLive(): void;
  /** Begins anew at once. */
  restart(): void;
  close(): void;
}

export interface LiveSource {
  /** Of the master playlist. */
  url: string;
  /** What the keys are opened with. */
  token: string;
}
