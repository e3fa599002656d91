import { NO_BROADCAST } from '../../protocol/live.ts';
import type { Logger } from '../core/logger.ts';
import type { ShownInput } from './mixer/feed.ts';
import type { RoomMixer } from './mixer/RoomMixer.ts';
import type { MixHealth } from './mixer/spec.ts';
import { FeedFollower, type FeedSource } from './FeedFollower.ts';
import type { LiveRoomRecord, LiveStore } from './stores.ts';

/** Mixes one meeting in a process of its own, which it replaces when that is lost. */
export type MixEngine = Pick<RoomMixer, 'on' | 'health' | 'setFeed' | 'close'>;

export interface MixDeps {
  engine: MixEngine;
  source: FeedSource;
  store: Pick<LiveStore, 'setPublishing'>;
  nodeId: string;
  logger: Logger;
}

export interface MixOf {
  meetingId: string;
  generation: number;
  room: LiveRoomRecord;
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
  /** Whether anything is published. */
  #isPublishing = false;
  #isTold = false;
  #closing: Promise<void> | null = null;

  constructor(of: MixOf, deps: MixDeps) {
    this.of = of;
    this.#deps = deps;
    const { engine, source, nodeId, logger } = deps;
    const { meetingId, generation, room } = of;
    this.#follower = new FeedFollower({
      ...{ source, nodeId, generation },
      logger: logger.child({ meetingId, generation }),
      broadcast: () =>
        this.#isPublishing ? { ...NO_BROADCAST, roomId: room.roomId } : NO_BROADCAST,
      onState: (state) => engine.setFeed(state),
    });
    engine.on('rtp', (address) => this.#follower.sendTo(address));
    engine.on('shown', (views) => this.#follower.show(largestOf(views)));
    engine.on('key-frame-needed', (input) => this.#follower.askForKeyFrame(input));
    engine.on('segment', () => {
      this.#isPublishing = true;
      void this.tell();
    });
  }

  get health(): MixHealth {
    return this.#deps.engine.health;
  }

  /** Has everybody know that something is published, once it is; again where the store was away. Never rejects. */
  async tell(): Promise<void> {
    if (!this.#isPublishing || this.#isTold || this.#closing) return;
    this.#isTold = true;
    const { meetingId, generation, room } = this.of;
    const { logger, store } = this.#deps;
    try {
      const isOwn = await store.setPublishing(meetingId, generation, true);
      if (isOwn) logger.info({ meetingId, roomId: room.roomId, generation }, 'live room on air');
    } catch (error) {
      this.#isTold = false;
      logger.warn({ err: error, meetingId }, 'told later that a room is on air');
    }
  }

  /**
   * Ends it, and everything that it has.
   * @param hasEnded false: another mixer goes on
   */
  close(hasEnded: boolean): Promise<void> {
    this.#closing ??= Promise.all([this.#follower.close(), this.#deps.engine.close(hasEnded)]).then(
      () => undefined,
    );
    return this.#closing;
  }
}
