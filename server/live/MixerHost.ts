import { KeyedQueue } from '../cluster/KeyedQueue.ts';
import type { Logger } from '../core/logger.ts';
import type { MixHealth, MixSpec } from './mixer/spec.ts';
import type { FeedSource } from './FeedFollower.ts';
import { Mix, type MixEngine } from './Mix.ts';
import type { MixOutputs } from './MixFiles.ts';
import type { LiveRoomRecord, LiveStore, Wanted } from './stores.ts';
import { keyPathOf } from './views.ts';

export interface MixerHostDeps {
  store: Pick<LiveStore, 'assignedTo' | 'setPublishing' | 'endMix'>;
  /** Instance of this node. */
  nodeId: string;
  sourceOf: (meetingId: string) => FeedSource;
  createEngine: (spec: MixSpec) => MixEngine;
  /** What all mixes of this node have in common. */
  settings: Pick<
    MixSpec,
    'renditions' | 'framesPerSecond' | 'segmentSec' | 'keptSegments' | 'segmentsPerKey'
  >;
  /** Where a meeting's mix of that generation writes; new, and removed with it. */
  folders: { create(): Promise<string>; remove(folder: string): Promise<void> };
  logger: Logger;
}

/** Listeners hear the rest. */
const KEEP_MS = 60_000;
/** Whoever has something for this node says so; this is for what was not heard. */
const LOOK_MS = 1_000;

/** Runs the mixes that this node has: compares what is wanted with what is, again and again. */
export class MixerHost implements MixOutputs {
  readonly #deps: MixerHostDeps;
  readonly #mixes = new Map<string, Mix>();
  /** What mixes have left that ended a moment ago. */
  readonly #left = new Map<Mix['of'], NodeJS.Timeout>();
  readonly #repairs: KeyedQueue;
  #wanted: ReadonlyMap<string, Wanted> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #again = false;
  #closed = false;

  constructor(deps: MixerHostDeps) {
    this.#deps = deps;
    this.#repairs = new KeyedQueue({ logger: deps.logger });
  }

  /** How many it has. */
  get size(): number {
    return this.#mixes.size;
  }

  get renditions(): readonly string[] {
    return this.#deps.settings.renditions;
  }

  folderOf(meetingId: string, generation: number): string | null {
    const all = [...this.#left.keys()].reverse();
    const mix = this.#mixes.get(meetingId);
    if (mix) all.unshift(mix.of);
    const found = all.find((of) => of.meetingId === meetingId && of.generation === generation);
    return found?.folder ?? null;
  }

  healthOf(meetingId: string): (MixHealth & { renditions: readonly string[] }) | null {
    const mix = this.#mixes.get(meetingId);
    return mix ? { ...mix.health, renditions: this.renditions } : null;
  }

  /** Something is wanted of this node. */
  look(): void {
    if (this.#closed) return;
    this.#again = true;
    if (!this.#isLooking) void this.#lookNow();
  }

  /** Ends all mixes; other nodes go on with them. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#repairs.close();
    await Promise.all([...this.#mixes.values()].map((mix) => this.#end(mix, false)));
    await Promise.all([...this.#left.keys()].map((of) => this.#forget(of)));
  }

  async #lookNow(): Promise<void> {
    this.#isLooking = true;
    clearTimeout(this.#timer);
    while (this.#again) {
      this.#again = false;
      try {
        const wanted = await this.#deps.store.assignedTo(this.#deps.nodeId);
        this.#wanted = new Map(wanted.map((one) => [one.meetingId, one]));
        this.#compare();
      } catch (error) {
        // What runs goes on: nobody can have decided otherwise.
        this.#deps.logger.warn({ err: error }, 'what is to be mixed is not known');
      }
    }
    this.#isLooking = false;
    if (!this.#closed) this.#timer = setTimeout(() => this.look(), LOOK_MS);
  }

  #compare(): void {
    for (const meetingId of new Set([...this.#mixes.keys(), ...this.#wanted.keys()])) {
      const wanted = this.#wanted.get(meetingId);
      const mix = this.#mixes.get(meetingId);
      if (mix && wanted && isAsWanted(mix, wanted)) void mix.tell();
      else this.#repairs.add(meetingId, () => this.#repair(meetingId));
    }
  }

  async #repair(meetingId: string): Promise<void> {
    const mix = this.#mixes.get(meetingId);
    const wanted = this.#wanted.get(meetingId);
    if (mix && (!wanted || !isAsWanted(mix, wanted))) {
      await this.#end(mix, !wanted || roomOnAir(wanted) === null);
    }
    if (!wanted?.mix || this.#closed) return;
    const { generation } = wanted.mix;
    const room = roomOnAir(wanted);
    if (!room) await this.#deps.store.endMix(meetingId, generation);
    else if (!this.#mixes.has(meetingId)) await this.#begin(room, generation);
  }

  async #begin(room: LiveRoomRecord, generation: number): Promise<void> {
    const { folders, createEngine, settings, sourceOf, store, nodeId, logger } = this.#deps;
    const { meetingId, roomId, title, nonce, keySecret } = room;
    if (nonce === null || keySecret === null) return;
    const folder = await folders.create();
    const of = { roomId, title, keySecret, keyPath: keyPathOf(roomId, nonce) };
    const engine = createEngine({ ...settings, ...of, folder, generation });
    const mix = new Mix(
      { meetingId, generation, room, folder },
      { ...{ engine, store, nodeId, logger }, source: sourceOf(meetingId) },
    );
    this.#mixes.set(meetingId, mix);
    logger.info({ meetingId, roomId, generation }, 'mix begins');
    if (this.#closed) await this.#end(mix, false);
  }

  async #end(mix: Mix, hasEnded: boolean): Promise<void> {
    const { meetingId, folder, generation } = mix.of;
    await mix.close(hasEnded);
    if (this.#mixes.get(meetingId) === mix) this.#mixes.delete(meetingId);
    const forget = () => {
      this.#forget(mix.of).catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, folder }, 'what a mix has left was not removed');
      });
    };
    this.#left.set(mix.of, setTimeout(forget, KEEP_MS));
    this.#deps.logger.info({ meetingId, generation }, 'mix ended');
  }

  async #forget(of: Mix['of']): Promise<void> {
    clearTimeout(this.#left.get(of));
    this.#left.delete(of);
    await this.#deps.folders.remove(of.folder);
  }
}

/** The room that is to be on air; null: nothing is wanted. */
function roomOnAir({ room, hasEnded }: Wanted): LiveRoomRecord | null {
  return room?.desired === 'on-air' && !hasEnded ? room : null;
}

/** Whether a mix is the one that is wanted, for the start that is wanted. */
function isAsWanted({ of }: Mix, wanted: Wanted): boolean {
  return of.generation === wanted.mix?.generation && of.room.nonce === roomOnAir(wanted)?.nonce;
}
