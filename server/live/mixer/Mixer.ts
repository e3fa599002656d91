import { EventEmitter } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import type { Logger } from '../../core/logger.ts';
import { Mailbox } from '../../core/Mailbox.ts';
import { Composer, type Shown } from './Composer.ts';
import type { SegmentRow } from './EncoderProcess.ts';
import { Encoding, type EncoderHealth } from './Encoding.ts';
import type { MixFeed, ShownInput } from './feed.ts';
import { Inputs } from './Inputs.ts';
import { MIXED_AFTER_MS } from './JitterBuffer.ts';
import {
  largeSize,
  MAX_BESIDE,
  sharedIn,
  withoutScreens,
  type Size,
  type Stage,
} from './layout.ts';
import { Lettering } from './Lettering.ts';
import type { MediaPort } from './MediaPort.ts';
import type { MixedSegment } from './MixedSegment.ts';
import { addVoice, Limiter } from './mixing.ts';
import { PictureRate } from './PictureRate.ts';
import type { Picture } from './planes.ts';
import { sizeOf, type Rendition } from './renditions.ts';
import { Slots } from './Slots.ts';
import { StepClock } from './StepClock.ts';
import { STEP_FLOATS, type VoiceInput } from './VoiceInput.ts';
import { createWorkFolder } from './workFolder.ts';

const STEP_MS = 20;
/** How often it is looked at whether the machine keeps up. */
const RATE_STEP_MS = 1_000;
/** Pictures that are later than this are not drawn. */
const MAX_BEHIND_STEPS = 5;
/** A screen of which nothing comes for so long is shown as one without a picture. */
const AWAITED_MS = 5_000;
/** Whoever stands large and all beside. */
const CAMERA_SLOTS = MAX_BESIDE + 1;

export interface MixerOptions {
  /** As `findFfmpeg` answers it. */
  ffmpeg: string;
  /** Where its inputs come; not the mixer's to close. */
  port: MediaPort;
  /** Of the room: on the card while nobody is on the stage. */
  title: string;
  /** The largest first, at least one with a picture. */
  renditions: readonly Rendition[];
  framesPerSecond: number;
  /** Whole seconds. */
  segmentSec: number;
  logger: Logger;
  /** Takes each segment after the one before; what it throws is logged, and the next one comes. */
  onSegment: (segment: MixedSegment) => Promise<void>;
}

/** An encoder in a row of them, each of which goes on where the one before ends. */
interface Link {
  readonly encoding: Encoding;
  readonly renditions: readonly Rendition[];
  /** Settles when it has gone on, or never will. */
  readonly begun: PromiseWithResolvers<unknown>;
  /** Settles when the one before has ended. */
  before: Promise<void>;
}

export interface MixerEvents {
  /** Pictures of these inputs are needed, and of no other. */
  shown: [ShownInput[]];
  /** Whoever sends this input is to send a key frame. */
  'key-frame-needed': [string];
}

export interface MixerHealth {
  pictures: { composed: number };
  /** Pictures a second that it tries to make; fewer where the machine is too slow. */
  framesPerSecond: number;
  /** 1: in real time. */
  speed: number;
  encoder: EncoderHealth;
  /** Steps that were left out because the process was stopped. */
  skippedSteps: number;
  slots: Slots['health'];
  voices: ({ input: string } & VoiceInput['counts'])[];
}

/**
 * Makes one stream of a room's stage, segment by segment: RTP comes in, pictures and sound are put together by its
 * own clock, whatever comes or does not. It knows neither meetings nor who sends, nor where its segments go.
 */
export class Mixer extends EventEmitter<MixerEvents> {
  readonly #options: MixerOptions;
  readonly #folder: string;
  readonly #size: Size;
  readonly #inputs: Inputs;
  #link: Link;
  /** Gets ready to go on. */
  #next: Link | null = null;
  #encoders = 0;
  /** Pictures that earlier encoders have left out. */
  #droppedBefore = 0;
  readonly #composer: Composer;
  readonly #clock: StepClock;
  readonly #rate: PictureRate;
  readonly #limiter = new Limiter();
  readonly #cameras: Slots;
  readonly #screens: Slots;
  /** Segments on their way. */
  readonly #segments = new Mailbox();
  #isBroken = false;
  #heard = new Set<string>();
  #stage: Stage = { people: [], speaker: null };
  /** What is shared, and since when. */
  #screen: { input: string; since: number } | null = null;
  /** Whoever speaks stays large until there is a picture of it. */
  #isAwaited = false;
  #shown = '';
  #lastPicture = -1;
  #composed = 0;
  /** Steps of its clock that were left out by the last. */
  #skipped = 0;
  #closing: Promise<void> | null = null;

  /** @throws what writing to its folder throws; then nothing is left of it */
  static async create(options: MixerOptions): Promise<Mixer> {
    return new Mixer(options, await createWorkFolder());
  }

  private constructor(options: MixerOptions, folder: string) {
    super();
    this.#options = options;
    this.#folder = folder;
    const { ffmpeg, logger, renditions } = options;
    this.#size = sizeOf(renditions);
    this.#rate = new PictureRate(options.framesPerSecond);
    this.#inputs = new Inputs({
      port: options.port,
      onFrame: (id, picture, frame) => {
        this.#cameras.decode(id, picture, frame);
        this.#screens.decode(id, picture, frame);
      },
      onKeyNeeded: (id) => this.emit('key-frame-needed', id),
      onReplaced: (id) => {
        this.#cameras.refresh(id);
        this.#screens.refresh(id);
      },
    });
    const find = (input: string) => this.#inputs.pictures.get(input);
    const slot = { ffmpeg, logger, find };
    this.#cameras = new Slots({ ...slot, count: CAMERA_SLOTS, size: largeSize(this.#size) });
    // A screen alone fills the picture, and its letters should be read.
    this.#screens = new Slots({ ...slot, count: 1, size: this.#size });
    this.#composer = new Composer(this.#size, new Lettering(), options.title);
    this.#link = this.#open(renditions);
    this.#link.begun.resolve(null);
    this.#clock = new StepClock(STEP_MS, (index, behind) => this.#step(index, behind));
    this.#clock.start();
  }

  get #dropped(): number {
    return this.#droppedBefore + this.#link.encoding.health.droppedPictures;
  }

  get health(): MixerHealth {
    const encoder = { ...this.#link.encoding.health, droppedPictures: this.#dropped };
    return {
      speed: Math.min(1, encoder.speed ?? 1, this.#rate.keptShare),
      pictures: { composed: this.#composed },
      framesPerSecond: this.#rate.framesPerSecond,
      encoder,
      skippedSteps: this.#clock.skipped,
      slots: [...this.#cameras.health, ...this.#screens.health],
      voices: [...this.#inputs.voices].map(([input, voice]) => ({ input, ...voice.counts })),
    };
  }

  /** What comes in, and who is on the stage with it, from now on. */
  setFeed({ inputs, stage }: MixFeed): void {
    if (this.#closing) return;
    this.#inputs.set(inputs);
    const speaker = stage.speaker ?? this.#stage.speaker;
    this.#stage = { ...stage, speaker };
    this.#heard = new Set(stage.people.flatMap(({ voice }) => voice ?? []));
    this.#arrange();
  }

  /**
   * What is made from now on, without a gap.
   * @param renditions the largest is what it was
   * @returns when all was handed on that was made before
   */
  async setRenditions(renditions: readonly Rendition[]): Promise<void> {
    if (this.#closing) return;
    const names = ({ renditions: all }: Link) => all.map(({ name }) => name).join();
    const wanted = renditions.map(({ name }) => name).join();
    const last = this.#next ?? this.#link;
    if (names(last) !== wanted) {
      this.#next?.begun.resolve(null);
      void this.#next?.encoding.close();
      this.#next = names(this.#link) === wanted ? null : this.#open(renditions);
    }
    const next = this.#next ?? this.#link;
    await next.begun.promise;
    await next.before;
    await this.#segments.idle();
  }

  /**
   * Hands on the last segment and lets go of everything: processes, what it had written in the clear. Idempotent.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#clock.close();
    this.#inputs.close();
    this.#next?.begun.resolve(null);
    await Promise.all([
      ...[this.#cameras.close(), this.#screens.close()],
      ...[this.#link.encoding.close(), this.#next?.encoding.close()],
    ]);
    await this.#link.before;
    await this.#segments.idle();
    await rm(this.#folder, { recursive: true, force: true });
    this.removeAllListeners();
  }

  #open(renditions: readonly Rendition[]): Link {
    const { logger } = this.#options;
    const encoding = new Encoding({
      ...{ ...this.#options, renditions, size: this.#size, folder: this.#folder },
      number: (this.#encoders += 1),
      onRow: (row, startsAt, isFirst) => {
        // Where the one before takes long to end, its last segment comes first all the same.
        link.before
          .then(() => this.#segments.post(() => this.#handOn(row, startsAt, isFirst, renditions)))
          .catch((error: unknown) => {
            logger.error({ err: error }, 'segment is lost');
          });
      },
    });
    const begun = Promise.withResolvers<unknown>();
    const link: Link = { encoding, renditions, begun, before: Promise.resolve() };
    return link;
  }

  /** The next encoder goes on from this step. */
  #goOn(next: Link): void {
    const { encoding } = this.#link;
    this.#droppedBefore += encoding.health.droppedPictures;
    next.before = encoding.close();
    this.#link = next;
    this.#next = null;
    next.begun.resolve(null);
  }

  /** @param startsAt when it was mixed, which is later than when it was on the stage */
  async #handOn(
    row: SegmentRow,
    startsAt: number,
    isFirst: boolean,
    renditions: readonly Rendition[],
  ): Promise<void> {
    const { onSegment } = this.#options;
    this.#isBroken ||= isFirst;
    try {
      const files = await Promise.all(
        row.files.map(async ({ path, durationSec }) => ({
          ...{ durationSec, data: await readFile(path) },
        })),
      );
      // A full disk lets files be made, and nothing be written.
      if (files.some(({ data }) => data.length === 0)) throw new RangeError('A segment is empty.');
      const segment = {
        startsAt: Math.round(startsAt - MIXED_AFTER_MS),
        ...{ durationSec: row.endSec - row.startSec, isDiscontinuous: this.#isBroken },
        files: files.flatMap(({ data, durationSec }, index) => {
          const rendition = renditions[index];
          return rendition ? [{ rendition, data, durationSec }] : [];
        }),
      };
      this.#isBroken = false;
      await onSegment(segment);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    } finally {
      await Promise.all(row.files.map(({ path }) => rm(path, { force: true })));
    }
  }

  #arrange(): void {
    const input = sharedIn(this.#stage);
    if (input !== (this.#screen?.input ?? null)) {
      this.#screen = input === null ? null : { input, since: performance.now() };
    }
    this.#isAwaited = this.#isScreenDue();
    this.#composer.setStage(this.#isAwaited ? withoutScreens(this.#stage) : this.#stage);
    this.#assign();
  }

  #isScreenDue(): boolean {
    if (!this.#screen || this.#screens.shownOf(this.#screen.input)) return false;
    return performance.now() - this.#screen.since < AWAITED_MS;
  }

  #assign(): void {
    const tiles = this.#composer.tiles;
    const wanted = (kind: 'camera' | 'screen') =>
      tiles.flatMap((tile) =>
        tile.kind === kind && this.#inputs.pictures.has(tile.input) ? tile.input : [],
      );
    this.#cameras.assign(wanted('camera'));
    const awaited =
      this.#isAwaited && this.#screen && this.#inputs.pictures.has(this.#screen.input)
        ? [this.#screen.input]
        : [];
    this.#screens.assign([...wanted('screen'), ...awaited]);
    const decoded = new Set([...this.#cameras.inputs, ...this.#screens.inputs]);
    const shown = tiles.flatMap((tile): ShownInput[] => {
      if (tile.kind === 'initials' || !decoded.has(tile.input)) return [];
      return [{ input: tile.input, width: tile.rect.width, height: tile.rect.height }];
    });
    shown.push(...awaited.map((input) => ({ input, ...this.#size })));
    const text = JSON.stringify(shown);
    if (text === this.#shown) return;
    this.#shown = text;
    this.emit('shown', shown);
  }

  #shownOf(input: string): Shown | null {
    return this.#cameras.shownOf(input) ?? this.#screens.shownOf(input);
  }

  #step(index: number, behind: number): void {
    const at = index * STEP_MS;
    if (at % RATE_STEP_MS === 0) this.#watchRate();
    const { skipped } = this.#clock;
    if (skipped > this.#skipped) {
      for (const link of [this.#link, this.#next])
        link?.encoding.skip((skipped - this.#skipped) * STEP_MS);
    }
    this.#skipped = skipped;
    if (this.#isAwaited && !this.#isScreenDue()) this.#arrange();
    const picture = this.#isPictureDue(at) ? this.#draw(behind) : null;
    const sound = this.#mix();
    this.#next?.encoding.write(at, sound, picture);
    if (this.#next?.encoding.hasBegun) this.#goOn(this.#next);
    else this.#link.encoding.write(at, sound, picture);
  }

  #watchRate(): void {
    const dropped = this.#dropped;
    const change = this.#rate.watch(this.#composed, dropped);
    if (change === null) return;
    this.#options.logger.warn(
      { framesPerSecond: this.#rate.framesPerSecond, droppedPictures: dropped },
      change === 'fewer' ? 'mixing is too slow: fewer pictures a second' : 'mixing keeps up again',
    );
  }

  #isPictureDue(at: number): boolean {
    const due = Math.floor((at * this.#rate.framesPerSecond) / 1_000);
    if (due === this.#lastPicture) return false;
    this.#lastPicture = due;
    return true;
  }

  #draw(behind: number): Picture | null {
    // Sound is made up for, and the picture that counts is the last one.
    if (behind > MAX_BEHIND_STEPS) {
      this.#link.encoding.countDropped();
      return null;
    }
    this.#composed += 1;
    return this.#composer.compose((input) => this.#shownOf(input));
  }

  #mix(): Buffer {
    const sum = new Float32Array(STEP_FLOATS);
    const step = new Float32Array(STEP_FLOATS);
    for (const [id, voice] of this.#inputs.voices) {
      // Also those who are not heard: what they say now is not for later.
      voice.pull(step);
      if (this.#heard.has(id)) addVoice(sum, step);
    }
    return this.#limiter.toPcm(sum);
  }
}
