import { randomBytes } from 'node:crypto';
import { KeyedQueue } from '../cluster/KeyedQueue.ts';
import type { Logger } from '../core/logger.ts';
import type { MixHealth, MixSpec } from './mixer/spec.ts';
import type { FeedSource } from './FeedFollower.ts';
import { Mix, type MixEngine } from './Mix.ts';
import type { MixOutputs } from './MixFiles.ts';
import type { RecordingWork } from './recordings/RecordingWork.ts';
import type { LiveRoomRecord, LiveStore, Wanted, WantedRecording } from './stores.ts';
import { publicationOf } from './views.ts';

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
  recordings: Pick<RecordingWork, 'begin' | 'handleWriting' | 'end'>;
  /** Has another node mix it, where there is one with room. */
  giveAway: (meetingId: string, generation: number) => Promise<void>;
  logger: Logger;
}

/** Listeners hear the rest. */
const KEEP_MS = 60_000;
/** Whoever has something for this node says so; this is for what was not heard. */
const LOOK_MS = 1_000;
/** Until another node is asked for once more. */
const ASK_AGAIN_MS = 30_000;
/** Engines and parts of recordings that one mixer may have of a meeting, one after the other. */
const NUMBERS = 1_000;
const SECRET_BYTES = 32;

/** What is to be made of a meeting; one of the two at least. */
interface Task {
  room: LiveRoomRecord | null;
  recording: WantedRecording | null;
}

/** Runs the mixes that this node has: compares what is wanted with what is, again and again. */
export class MixerHost implements MixOutputs {
  readonly #deps: MixerHostDeps;
  readonly #mixes = new Map<string, Mix>();
  /** What mixes have left that ended a moment ago. */
  readonly #left = new Map<Mix['of'], NodeJS.Timeout>();
  readonly #repairs: KeyedQueue;
  /** By meeting, the engines that its mix had, and the parts of recordings. */
  readonly #numbers = new Map<string, { generation: number; count: number }>();
  /** When another node was asked for last. */
  readonly #askedAt = new WeakMap<Mix, number>();
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
      const task = taskOf(wanted);
      const isDone =
        mix?.recording?.id === task?.recording?.id && mix?.room?.nonce === task?.room?.nonce;
      if (mix && wanted && isDone && isAsWanted(mix, wanted)) {
        if (mix.room) mix.push(wanted.pushes);
        void mix.tell();
        this.#considerMoving(mix);
      } else this.#repairs.add(meetingId, () => this.#repair(meetingId));
    }
  }

  /** What this node cannot make another may be able to. */
  #considerMoving(mix: Mix): void {
    const { meetingId, generation } = mix.of;
    const now = performance.now();
    const why = mix.misfit(now);
    if (why === null || now < (this.#askedAt.get(mix) ?? -Infinity) + ASK_AGAIN_MS) return;
    this.#askedAt.set(mix, now);
    const { logger, giveAway } = this.#deps;
    logger.warn({ meetingId, generation, why }, 'this node cannot mix that: another is asked');
    this.#repairs.add(`away ${meetingId}`, () => giveAway(meetingId, generation));
  }

  async #repair(meetingId: string): Promise<void> {
    const mix = this.#mixes.get(meetingId);
    const wanted = this.#wanted.get(meetingId);
    if (mix && (!wanted || !isAsWanted(mix, wanted))) {
      // Without a wish another mixer has it by now, and goes on.
      await this.#end(mix, wanted !== undefined && roomOnAir(wanted) === null);
    }
    if (!wanted?.mix || this.#closed) return;
    const { generation } = wanted.mix;
    const task = taskOf(wanted);
    if (!task) {
      this.#numbers.delete(meetingId);
      await this.#deps.store.endMix(meetingId, generation);
      return;
    }
    const goesOn = this.#mixes.get(meetingId);
    if (goesOn) {
      if (goesOn.room?.nonce !== task.room?.nonce) {
        // Of that start nothing is published yet, or of none any more.
        await this.#deps.store.setPublishing(meetingId, generation, false);
        if (!task.room) goesOn.push([]);
        goesOn.publish(task.room);
      }
    } else await this.#begin(wanted, task, generation);
    await this.#mixes.get(meetingId)?.record(task.recording);
  }

  async #begin({ meetingId, title }: Wanted, task: Task, generation: number): Promise<void> {
    const { store, folders, createEngine, settings, sourceOf, logger } = this.#deps;
    const { room } = task;
    // A room that it had until now is off the air.
    if (!room) await store.setPublishing(meetingId, generation, false);
    const folder = await folders.create();
    const hasPicture = needsPicture(task);
    const engine = createEngine({
      ...{ ...settings, ...publication(meetingId, room), title, folder },
      ...(!hasPicture && { renditions: [] }),
      generation: this.#nextNumber(meetingId, generation),
    });
    const mix = new Mix(
      { meetingId, generation, room, hasPicture, folder },
      {
        ...{ ...this.#deps, engine, source: sourceOf(meetingId) },
        framesPerSecond: settings.framesPerSecond,
        nextPart: () => this.#nextNumber(meetingId, generation),
      },
    );
    this.#mixes.set(meetingId, mix);
    logger.info({ meetingId, roomId: room?.roomId, generation }, 'mix begins');
    if (this.#closed) await this.#end(mix, false);
  }

  /** Counts over all mixers of the meeting: a later one has higher numbers. */
  #nextNumber(meetingId: string, generation: number): number {
    const before = this.#numbers.get(meetingId);
    const count = before?.generation === generation ? before.count + 1 : 0;
    this.#numbers.set(meetingId, { generation, count });
    return generation * NUMBERS + count;
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

/** What listeners of a room get; of a recording alone there are none. */
function publication(
  meetingId: string,
  room: LiveRoomRecord | null,
): Pick<MixSpec, 'roomId' | 'keySecret' | 'keyPath' | 'publish'> {
  const keys = room && publicationOf(room);
  if (keys) return { roomId: room.roomId, ...keys, publish: true };
  const keySecret = randomBytes(SECRET_BYTES).toString('base64');
  return { roomId: meetingId, keySecret, keyPath: '', publish: false };
}

function taskOf(wanted: Wanted | undefined): Task | null {
  if (!wanted) return null;
  const room = roomOnAir(wanted);
  const recording = wanted.hasEnded ? null : wanted.recording;
  return room || recording ? { room, recording } : null;
}

/** The room that is to be on air; null: nothing is wanted. */
function roomOnAir({ room, hasEnded }: Wanted): LiveRoomRecord | null {
  return room?.desired === 'on-air' && !hasEnded ? room : null;
}

function needsPicture({ room, recording }: Task): boolean {
  return room !== null || recording?.composite === true;
}

/** Whether a mix is the one that is wanted, whatever of it is recorded or on air. */
function isAsWanted({ of }: Mix, wanted: Wanted): boolean {
  const task = taskOf(wanted);
  return (
    task !== null &&
    of.generation === wanted.mix?.generation &&
    (of.hasPicture || !needsPicture(task))
  );
}
