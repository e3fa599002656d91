import { KeyedQueue } from '../cluster/KeyedQueue.ts';
import type { Logger } from '../core/logger.ts';
import type { ChooseMixer, LiveStore } from './stores.ts';

type Wanted = Awaited<ReturnType<LiveStore['all']>>[number];

export interface LiveKeeperDeps {
  store: LiveStore;
  /** How a mixer's node is, by instance; `unknown` while nobody can tell. */
  stateOf: (mixer: string) => 'there' | 'leaving' | 'gone' | 'unknown';
  chooseMixer: ChooseMixer;
  /** A mixer has something to do. */
  tell: (mixer: string) => void;
  logger: Logger;
  now: () => number;
}

const LOOK_MS = 2_000;

/**
 * Housekeeping of live rooms, on every node that serves clients: mixes whose mixer is gone get another, and what is
 * to be removed goes. Several may look at once: the store lets one of them decide.
 */
export class LiveKeeper {
  readonly #deps: LiveKeeperDeps;
  readonly #repairs: KeyedQueue;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #again = false;
  #closed = false;

  constructor(deps: LiveKeeperDeps) {
    this.#deps = deps;
    this.#repairs = new KeyedQueue({
      logger: deps.logger,
      retryMs: { first: 200, longest: 5_000 },
    });
  }

  /** A node is gone or leaves, or something was removed: now, and not at the next look. */
  look(): void {
    if (this.#closed) return;
    this.#again = true;
    if (!this.#isLooking) void this.#lookNow();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#repairs.close();
  }

  async #lookNow(): Promise<void> {
    this.#isLooking = true;
    clearTimeout(this.#timer);
    while (this.#again) {
      this.#again = false;
      try {
        for (const wanted of await this.#deps.store.all()) {
          if (this.#needsRepair(wanted)) {
            this.#repairs.add(wanted.meetingId, () => this.#repair(wanted));
          }
        }
      } catch (error) {
        this.#deps.logger.warn({ err: error }, 'live rooms are looked after later');
      }
    }
    this.#isLooking = false;
    if (!this.#closed) this.#timer = setTimeout(() => this.look(), LOOK_MS);
  }

  #needsRepair(wanted: Wanted): boolean {
    const { room, mix, recording, hasEnded } = wanted;
    const isOnAir = room?.desired === 'on-air';
    if (isOnAir && hasEnded) return true;
    if (!mix) return isOnAir || recording !== null || room?.desired === 'removed';
    return mix.mixer === null || ['gone', 'leaving'].includes(this.#deps.stateOf(mix.mixer));
  }

  async #repair({ meetingId, room, mix, recording, hasEnded }: Wanted): Promise<void> {
    const { store, now } = this.#deps;
    const isOnAir = room?.desired === 'on-air';
    if (room && isOnAir && hasEnded) {
      await store.update(room.roomId, { desired: 'off', stoppedAt: now() }, ['on-air']);
      if (mix?.mixer) this.#deps.tell(mix.mixer);
      return;
    }
    const isMixed = isOnAir || recording !== null;
    if (isMixed) await this.#assign(meetingId, mix?.generation ?? null, mix?.mixer ?? null);
    // Its mixer ends it where there is one.
    else if (mix && !this.#isThere(mix.mixer)) await store.endMix(meetingId, mix.generation);
    if (room?.desired === 'removed') await store.remove(room.roomId);
  }

  async #assign(meetingId: string, replaces: number | null, before: string | null): Promise<void> {
    const { store, chooseMixer, now, logger, tell, stateOf } = this.#deps;
    const isLeaving = before !== null && stateOf(before) === 'leaving';
    // Whoever leaves goes on until another can take it.
    const choose: ChooseMixer = (taken) => chooseMixer(taken) ?? (isLeaving ? before : null);
    const mix = await store.assign(meetingId, replaces, choose, now());
    if (!mix?.mixer || mix.mixer === before) return;
    logger.info(
      { meetingId, from: before, to: mix.mixer, generation: mix.generation },
      'mix moves',
    );
    tell(mix.mixer);
    if (before !== null) tell(before);
  }

  #isThere(mixer: string | null): boolean {
    return mixer !== null && this.#deps.stateOf(mixer) !== 'gone';
  }
}
