import { setTimeout as sleep } from 'node:timers/promises';
import type { Broadcast } from '../../protocol/live.ts';
import type { Logger } from '../core/logger.ts';
import type { FeedArgs, FeedState, FeedWishes } from '../meetings/feed.ts';

/** Asks the owner of the meeting, whoever that is by then; null when nobody owns it. */
export interface FeedSource {
  follow(args: FeedArgs): Promise<FeedState | null>;
  wish(wishes: FeedWishes): Promise<unknown>;
  end(generation: number): Promise<unknown>;
}

export interface FeedFollowerDeps {
  source: FeedSource;
  nodeId: string;
  generation: number;
  /** What everybody in the meeting is told. */
  broadcast: () => Broadcast;
  onState: (state: Pick<FeedState, 'inputs' | 'stage' | 'tracks'>) => void;
  logger: Logger;
}

/** Nobody owns the meeting: nobody is on the stage. */
const VACANT_MS = 1_000;
const RETRY_MS = 500;
const NOBODY = { inputs: [], stage: { people: [], speaker: null }, tracks: [] };

/** Keeps asking for what a mixer is to have, over every change of the meeting's owner. */
export class FeedFollower {
  readonly #deps: FeedFollowerDeps;
  readonly #stopping = new AbortController();
  readonly #keyFrames = new Set<string>();
  #address: { ip: string; port: number } | null = null;
  #views: NonNullable<FeedWishes['views']> = [];
  #version: string | null = null;
  #isWishing = false;
  #isFollowing = false;

  constructor(deps: FeedFollowerDeps) {
    this.#deps = deps;
  }

  /** Where RTP is to go from now on. */
  sendTo(address: { ip: string; port: number }): void {
    this.#address = address;
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    void this.#follow(address);
  }

  show(views: NonNullable<FeedWishes['views']>): void {
    this.#views = views;
    this.#wish();
  }

  askForKeyFrame(input: string): void {
    this.#keyFrames.add(input);
    this.#wish();
  }

  /** Gives the feed back. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed()) return;
    this.#stopping.abort();
    // A mixer that is not heard of any more is forgotten by the owner in any case.
    await this.#deps.source.end(this.#deps.generation).catch(() => undefined);
  }

  async #follow(first: { ip: string; port: number }): Promise<void> {
    const { source, nodeId, generation, broadcast, onState, logger } = this.#deps;
    const { signal } = this.#stopping;
    let isVacant = false;
    while (!this.#isClosed()) {
      const address = { ...(this.#address ?? first), nodeId };
      const args = { generation, address, broadcast: broadcast(), version: this.#version };
      let pauseMs = 0;
      try {
        const state = await source.follow(args);
        if (this.#isClosed()) return;
        if (state && state.version !== this.#version) {
          this.#version = state.version;
          onState(state);
          // Another owner knows of no wishes.
          this.#wish();
        } else if (!state && !isVacant) onState(NOBODY);
        isVacant = state === null;
        if (isVacant) {
          this.#version = null;
          pauseMs = VACANT_MS;
        }
      } catch (error) {
        // What the mixer has goes on; the next owner is found by asking again.
        logger.debug({ err: error }, 'the feed of a mixer is asked for again');
        pauseMs = RETRY_MS;
      }
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #isClosed(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** One at a time: what is wished meanwhile is in the next. */
  #wish(): void {
    if (this.#isWishing || this.#isClosed()) return;
    this.#isWishing = true;
    void this.#wishNow().finally(() => {
      this.#isWishing = false;
      if (this.#keyFrames.size > 0) this.#wish();
    });
  }

  async #wishNow(): Promise<void> {
    const { source, generation } = this.#deps;
    let views: FeedWishes['views'];
    do {
      views = this.#views;
      const keyFrames = [...this.#keyFrames];
      this.#keyFrames.clear();
      try {
        await source.wish({ generation, views, keyFrames });
      } catch {
        // It is wished again with the next state, and key frames when they are still missing.
        return;
      }
    } while (views !== this.#views);
  }
}
