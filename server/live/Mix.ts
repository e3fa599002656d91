import type { Logger } from '../core/logger.ts';
import type { ShownInput } from './mixer/feed.ts';
import type { RoomMixer } from './mixer/RoomMixer.ts';
import type { MixHealth } from './mixer/spec.ts';
import { FeedFollower, type FeedSource } from './FeedFollower.ts';
import type { RecordingWork } from './recordings/RecordingWork.ts';
import type { LiveRoomRecord, LiveStore, WantedRecording } from './stores.ts';

/** Mixes one meeting in a process of its own, which it replaces when that is lost. */
export type MixEngine = Pick<RoomMixer, 'on' | 'health' | 'setFeed' | 'close'>;

export interface MixDeps {
  engine: MixEngine;
  source: FeedSource;
  store: Pick<LiveStore, 'setPublishing'>;
  recordings: Pick<RecordingWork, 'handleWriting' | 'end'>;
  nodeId: string;
  logger: Logger;
}

export interface MixOf {
  meetingId: string;
  generation: number;
  /** Counts the engines of all its mixers. */
  engineNumber: number;
  /** That is on air. */
  room: LiveRoomRecord | null;
  recording: WantedRecording | null;
  folder: string;
}

/** Each input once: it may be large and beside at the same time, for a moment. */
function largestOf(views: readonly ShownInput[]): ShownInput[] {
  const largest = new Map<string, ShownInput>();
  for (const view of views) {
    if ((largest.get(view.input)?.width ?? 0) < view.width) largest.set(view.input, view);
  }
  return [...largest.values()];
}

/** One meeting that this node mixes: its engine, and what it gets from the meeting. */
export class Mix {
  readonly of: MixOf;
  readonly #deps: MixDeps;
  readonly #follower: FeedFollower;
  /** Whether anything was made yet, for listeners or a recording. */
  #isRunning = false;
  #isTold = false;
  #closing: Promise<void> | null = null;

  constructor(of: MixOf, deps: MixDeps) {
    this.of = of;
    this.#deps = deps;
    const { engine, source, nodeId, logger } = deps;
    const { meetingId, generation, room, recording } = of;
    this.#follower = new FeedFollower({
      ...{ source, nodeId, generation },
      logger: logger.child({ meetingId, generation }),
      broadcast: () => ({
        roomId: this.#isRunning ? (room?.roomId ?? null) : null,
        recording: this.#isRunning && recording !== null,
      }),
      onState: (state) => engine.setFeed(state),
    });
    const begin = (): void => {
      this.#isRunning = true;
      void this.tell();
    };
    engine.on('rtp', (address) => {
      this.#follower.sendTo(address);
      // Tracks are written as they come in; of a picture there are segments.
      if (recording && !recording.composite && !room) begin();
    });
    engine.on('shown', (views) => this.#follower.show(largestOf(views)));
    engine.on('key-frame-needed', (input) => this.#follower.askForKeyFrame(input));
    engine.on('segment', begin);
  }

  get health(): MixHealth {
    return this.#deps.engine.health;
  }

  /** Has everybody know that it runs, once it does; again where the store was away. Never rejects. */
  async tell(): Promise<void> {
    if (!this.#isRunning || this.#isTold || this.#closing) return;
    this.#isTold = true;
    const { meetingId, generation, room, recording } = this.of;
    const { logger, store, recordings } = this.#deps;
    try {
      if (recording) await recordings.handleWriting(recording.id);
      const isOwn = room && (await store.setPublishing(meetingId, generation, true));
      if (isOwn) logger.info({ meetingId, roomId: room.roomId, generation }, 'live room on air');
    } catch (error) {
      this.#isTold = false;
      logger.warn({ err: error, meetingId }, 'told later that a mix runs');
    }
  }

  /**
   * Ends it, and everything that it has.
   * @param hasEnded false: another mixer goes on
   */
  close(hasEnded: boolean): Promise<void> {
    this.#closing ??= this.#end(hasEnded);
    return this.#closing;
  }

  async #end(hasEnded: boolean): Promise<void> {
    const { recording, engineNumber } = this.of;
    const { engine, recordings, logger } = this.#deps;
    await Promise.all([this.#follower.close(), engine.close(hasEnded)]);
    if (!recording) return;
    await recordings.end(recording.id, engineNumber).catch((error: unknown) => {
      // This node finds it by itself, later.
      logger.warn(
        { err: error, recordingId: recording.id },
        'a part of a recording is not told of',
      );
    });
  }
}
