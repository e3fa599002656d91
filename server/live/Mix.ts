import type { Logger } from '../core/logger.ts';
import type { FeedState } from '../meetings/feed.ts';
import type { ShownInput } from './mixer/feed.ts';
import type { RoomMixer } from './mixer/RoomMixer.ts';
import type { MixHealth } from './mixer/spec.ts';
import { FeedFollower, type FeedSource } from './FeedFollower.ts';
import { Misfit } from './Misfit.ts';
import { PartRecorder } from './recordings/PartRecorder.ts';
import type { RecordingWork } from './recordings/RecordingWork.ts';
import type { LivePush, LiveRoomRecord, LiveStore, WantedRecording } from './stores.ts';
import { publicationOf } from './views.ts';

/** Mixes one meeting in a process of its own, which it replaces when that is lost. */
export type MixEngine = Pick<
  RoomMixer,
  | 'on'
  | 'health'
  | 'setFeed'
  | 'setPublication'
  | 'setRecord'
  | 'setRecordTracks'
  | 'setPushes'
  | 'close'
>;

export interface MixDeps {
  engine: MixEngine;
  source: FeedSource;
  store: Pick<LiveStore, 'setPublishing'>;
  recordings: Pick<RecordingWork, 'begin' | 'handleWriting' | 'end'>;
  /** Numbers of parts of recordings grow, whichever engine writes them. */
  nextPart: () => number;
  /** Pictures a second that are asked for. */
  framesPerSecond: number;
  nodeId: string;
  logger: Logger;
}

export interface MixOf {
  meetingId: string;
  generation: number;
  /** That is on air at first. */
  room: LiveRoomRecord | null;
  /** Whether there is a picture of it, or tracks alone. */
  hasPicture: boolean;
  folder: string;
}

/** As large as a camera is sent that somebody may look at alone, later. */
const RECORDED = { width: 1_280, height: 720 };

/** Each input once: it may be large and beside at the same time, for a moment. */
function largestOf(views: readonly ShownInput[]): ShownInput[] {
  const largest = new Map<string, ShownInput>();
  for (const view of views) {
    if ((largest.get(view.input)?.width ?? 0) < view.width) largest.set(view.input, view);
  }
  return [...largest.values()];
}

/** One meeting that this node mixes: its engine, what it gets from the meeting, and what is recorded of it. */
export class Mix {
  readonly of: MixOf;
  readonly #deps: MixDeps;
  readonly #follower: FeedFollower;
  readonly #recorder: PartRecorder;
  readonly #misfit: Misfit;
  #room: LiveRoomRecord | null;
  #shown: readonly ShownInput[] = [];
  /** Pictures that there are tracks of. */
  #pictures: readonly string[] = [];
  #pushed = '[]';
  /** Whether anything is published. */
  #isPublishing = false;
  #isTold = false;
  #closing: Promise<void> | null = null;

  constructor(of: MixOf, deps: MixDeps) {
    this.of = of;
    this.#deps = deps;
    const { engine, source, nodeId, logger, recordings, nextPart } = deps;
    const { meetingId, generation } = of;
    this.#room = of.room;
    this.#recorder = new PartRecorder({ engine, recordings, nextPart, logger });
    this.#misfit = new Misfit(deps.framesPerSecond, performance.now());
    this.#follower = new FeedFollower({
      ...{ source, nodeId, generation },
      logger: logger.child({ meetingId, generation }),
      broadcast: () => ({
        roomId: this.#isPublishing ? (this.#room?.roomId ?? null) : null,
        recording: this.#recorder.isWriting,
      }),
      onState: (state) => this.#take(state),
    });
    engine.on('rtp', (address) => this.#follower.sendTo(address));
    engine.on('shown', (views) => {
      this.#shown = views;
      this.#show();
    });
    engine.on('key-frame-needed', (input) => this.#follower.askForKeyFrame(input));
    engine.on('segment', () => {
      this.#isPublishing = true;
      void this.tell();
    });
  }

  get health(): MixHealth {
    return this.#deps.engine.health;
  }

  /** That is on air. */
  get room(): LiveRoomRecord | null {
    return this.#room;
  }

  get recording(): WantedRecording | null {
    return this.#recorder.recording;
  }

  /** Has this recorded from now on; null: nothing. @throws what the store throws, or making the folders */
  async record(recording: WantedRecording | null): Promise<void> {
    if (this.#closing) return;
    await this.#recorder.set(recording);
    this.#show();
  }

  /** To be asked again and again. @param now of `performance` @returns why another node is to have it; null: it is not */
  misfit(now: number): 'slow' | 'silent' | null {
    return this.#closing ? null : this.#misfit.watch(this.health, now);
  }

  /** Has it on air from now on, or off it; what is recorded goes on. */
  publish(room: LiveRoomRecord | null): void {
    if (this.#closing) return;
    this.#room = room;
    this.#isPublishing = this.#isTold = false;
    this.#deps.engine.setPublication(room && publicationOf(room));
  }

  /** Has it sent to these addresses as well, and to no others. */
  push(targets: readonly LivePush[]): void {
    const next = JSON.stringify(targets);
    if (this.#closing || next === this.#pushed) return;
    this.#pushed = next;
    this.#deps.engine.setPushes(targets);
  }

  /** Has everybody know that something is published, once it is; again where the store was away. Never rejects. */
  async tell(): Promise<void> {
    const { meetingId, generation } = this.of;
    const room = this.#room;
    if (!room || !this.#isPublishing || this.#isTold || this.#closing) return;
    this.#isTold = true;
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
    this.#closing ??= this.#end(hasEnded);
    return this.#closing;
  }

  async #end(hasEnded: boolean): Promise<void> {
    await Promise.all([this.#follower.close(), this.#deps.engine.close(hasEnded)]);
    await this.#recorder.close();
  }

  #take(state: Pick<FeedState, 'inputs' | 'stage' | 'tracks'>): void {
    this.#deps.engine.setFeed(state);
    const pictures = state.inputs.filter(({ kind }) => kind !== 'voice').map(({ id }) => id);
    const recorded = new Set(state.tracks.map(({ inputId }) => inputId));
    this.#pictures = pictures.filter((id) => recorded.has(id));
    this.#show();
  }

  /** Pictures are sent while somebody sees them, or they are recorded. */
  #show(): void {
    const recorded = this.recording?.tracks ? this.#pictures : [];
    const views = recorded.map((input) => ({ input, ...RECORDED }));
    this.#follower.show(largestOf([...this.#shown, ...views]));
  }
}
