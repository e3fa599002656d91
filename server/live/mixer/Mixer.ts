import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import { AppError } from '../../core/AppError.ts';
import { createId } from '../../core/ids.ts';
import type { Logger } from '../../core/logger.ts';
import { Composer, type Shown } from './Composer.ts';
import { Encoding, type EncoderHealth } from './Encoding.ts';
import { HlsOutput, type HlsOutputOptions } from './HlsOutput.ts';
import { largeSize, MAX_BESIDE, type Size, type Stage } from './layout.ts';
import { Lettering } from './Lettering.ts';
import { addVoice, Limiter } from './mixing.ts';
import { PictureInput, type PictureCodec } from './PictureInput.ts';
import type { Picture } from './planes.ts';
import { sizeOf } from './renditions.ts';
import type { InputAddress, InputCodec } from './RtpInput.ts';
import type { RtpPorts } from './RtpPorts.ts';
import { Slots } from './Slots.ts';
import { StepClock } from './StepClock.ts';
import { STEP_FLOATS, VoiceInput } from './VoiceInput.ts';
import { createWorkFolder } from './workFolder.ts';

const STEP_MS = 20;
/** Pictures that are later than this are not drawn. */
const MAX_BEHIND_STEPS = 5;
/** Whoever stands large and all beside. */
const CAMERA_SLOTS = MAX_BESIDE + 1;

export interface MixerOptions extends HlsOutputOptions {
  /** As `findFfmpeg` answers it. */
  ffmpeg: string;
  ports: RtpPorts;
  /** Of the room: on the card while nobody is on the stage. */
  title: string;
  logger: Logger;
  /** Asks whoever sends this input for a key frame. */
  requestKeyFrame: (input: string) => void;
}

export interface MixerEvents {
  /** A segment of every rendition is there. */
  segment: [{ sequence: number }];
  /** A segment could not be published: the disk is full, say. The room goes on with the next. */
  'publish-failed': [unknown];
  /** Pictures of these inputs are needed, and of no other. */
  shown: [string[]];
}

/** An input that was opened, and where its RTP and RTCP are to be sent. */
export interface OpenInput extends InputAddress {
  id: string;
}

export interface MixerHealth {
  pictures: { composed: number };
  encoder: EncoderHealth;
  /** Steps that were left out because the process was stopped. */
  skippedSteps: number;
  slots: Slots['health'];
  voices: ({ input: string } & VoiceInput['counts'])[];
  publishedSegments: number;
}

/**
 * Makes one room's HLS of its stage: RTP comes in, pictures and sound are put together by its own clock, whatever
 * comes or does not. It knows neither meetings nor who sends; whoever drives it opens an input for each stream and
 * tells it who is on the stage.
 */
export class Mixer extends EventEmitter<MixerEvents> {
  readonly #options: MixerOptions;
  readonly #folder: string;
  readonly #size: Size;
  readonly #output: HlsOutput;
  readonly #encoding: Encoding;
  readonly #composer: Composer;
  readonly #clock: StepClock;
  readonly #limiter = new Limiter();
  readonly #voices = new Map<string, VoiceInput>();
  readonly #pictures = new Map<string, PictureInput>();
  readonly #cameras: Slots;
  readonly #screens: Slots;
  #heard = new Set<string>();
  #stage: Stage = { people: [], speaker: null };
  #nextPicture = 0;
  #composed = 0;
  #closing: Promise<void> | null = null;

  /** @throws AppError or what writing to its folders throws; then nothing is left of it */
  static async create(options: MixerOptions): Promise<Mixer> {
    const output = await HlsOutput.create(options);
    return new Mixer(options, output, await createWorkFolder());
  }

  private constructor(options: MixerOptions, output: HlsOutput, folder: string) {
    super();
    this.#options = options;
    this.#output = output;
    this.#folder = folder;
    const { ffmpeg, logger, renditions } = options;
    this.#size = sizeOf(renditions);
    const find = (input: string) => this.#pictures.get(input);
    const slot = { ffmpeg, logger, find };
    this.#cameras = new Slots({ ...slot, count: CAMERA_SLOTS, size: largeSize(this.#size) });
    // A screen alone fills the picture, and its letters should be read.
    this.#screens = new Slots({ ...slot, count: 1, size: this.#size });
    this.#composer = new Composer(this.#size, new Lettering(), options.title);
    this.#encoding = new Encoding({
      ...options,
      size: this.#size,
      folder,
      onRow: (row, startsAt, isFirst) => {
        this.#output.publish(row, startsAt, isFirst).then(
          () => this.emit('segment', { sequence: this.#output.position.sequence - 1 }),
          (error: unknown) => {
            logger.error({ err: error }, 'segment could not be published');
            this.emit('publish-failed', error);
          },
        );
      },
    });
    this.#clock = new StepClock(STEP_MS, (index, behind) => this.#step(index, behind));
    this.#clock.start();
  }

  get health(): MixerHealth {
    return {
      pictures: { composed: this.#composed },
      encoder: this.#encoding.health,
      skippedSteps: this.#clock.skipped,
      slots: [...this.#cameras.health, ...this.#screens.health],
      voices: [...this.#voices].map(([input, voice]) => ({ input, ...voice.counts })),
      publishedSegments: this.#output.published,
    };
  }

  /** What another mixer would have to continue with. */
  get position(): HlsOutput['position'] {
    return this.#output.position;
  }

  /** A port for one voice in Opus. @throws AppError NO_CAPACITY: no port is free; INVALID_STATE: closed */
  async openVoice(codec: InputCodec): Promise<OpenInput> {
    const port = await this.#openPort();
    const voice = await VoiceInput.create(port, codec).catch(async (error: unknown) => {
      await port.release();
      throw error;
    });
    await this.#assertOpen(voice);
    const id = createId();
    this.#voices.set(id, voice);
    return { id, ip: this.#options.ports.address, port: port.port };
  }

  /** A port for one camera or screen. @throws AppError NO_CAPACITY: no port is free; INVALID_STATE: closed */
  async openPicture(codec: InputCodec & { codec: PictureCodec }): Promise<OpenInput> {
    const port = await this.#openPort();
    const id = createId();
    const picture = new PictureInput(port, codec, {
      onFrame: (frame) => {
        this.#cameras.decode(id, picture, frame);
        this.#screens.decode(id, picture, frame);
      },
      onKeyNeeded: () => this.#options.requestKeyFrame(id),
    });
    await this.#assertOpen(picture);
    this.#pictures.set(id, picture);
    // The stage may have been told of it before.
    this.#assign();
    return { id, ip: this.#options.ports.address, port: port.port };
  }

  /** Gives its port back; who had it on the stage has their initials. Unknown ones are fine. */
  async closeInput(id: string): Promise<void> {
    const input = this.#voices.get(id) ?? this.#pictures.get(id);
    this.#voices.delete(id);
    this.#pictures.delete(id);
    this.#assign();
    await input?.close();
  }

  /** Who is on the stage from now on, and with what. */
  setStage(stage: Stage): void {
    if (this.#closing) return;
    const speaker = stage.speaker ?? this.#stage.speaker;
    this.#stage = { ...stage, speaker };
    this.#heard = new Set(stage.people.flatMap(({ voice }) => voice ?? []));
    this.#composer.setStage(this.#stage);
    this.#assign();
  }

  /**
   * Finishes the last segment, says in the playlists that it is over, and lets go of everything: processes, ports,
   * what it had written in the clear. What listeners have stays. Idempotent.
   * @param hasEnded false: another mixer goes on with the room
   */
  close(hasEnded = true): Promise<void> {
    return (this.#closing ??= this.#close(hasEnded));
  }

  async #close(hasEnded: boolean): Promise<void> {
    this.#clock.close();
    const inputs = [...this.#voices.values(), ...this.#pictures.values()];
    this.#voices.clear();
    this.#pictures.clear();
    await Promise.all([
      ...inputs.map((input) => input.close()),
      this.#cameras.close(),
      this.#screens.close(),
      this.#encoding.close(),
    ]);
    try {
      await this.#output.end(hasEnded);
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
      this.removeAllListeners();
    }
  }

  async #openPort() {
    if (this.#closing) throw new AppError('INVALID_STATE');
    return this.#options.ports.open();
  }

  async #assertOpen(input: { close(): Promise<void> }): Promise<void> {
    if (!this.#closing) return;
    await input.close();
    throw new AppError('INVALID_STATE');
  }

  #assign(): void {
    const wanted = (kind: 'camera' | 'screen') =>
      this.#composer.tiles.flatMap((tile) =>
        tile.kind === kind && this.#pictures.has(tile.input) ? tile.input : [],
      );
    const before = [...this.#cameras.inputs, ...this.#screens.inputs];
    this.#cameras.assign(wanted('camera'));
    this.#screens.assign(wanted('screen'));
    const now = [...this.#cameras.inputs, ...this.#screens.inputs];
    const isSame = now.length === before.length && now.every((input) => before.includes(input));
    if (!isSame) this.emit('shown', now);
  }

  #shownOf(input: string): Shown | null {
    return this.#cameras.shownOf(input) ?? this.#screens.shownOf(input);
  }

  #step(index: number, behind: number): void {
    const at = index * STEP_MS;
    const picture = this.#isPictureDue(at) ? this.#draw(behind) : null;
    this.#encoding.write(at, this.#mix(), picture);
  }

  #isPictureDue(at: number): boolean {
    const due = Math.floor((at * this.#options.framesPerSecond) / 1_000);
    if (due < this.#nextPicture) return false;
    this.#nextPicture = due + 1;
    return true;
  }

  #draw(behind: number): Picture | null {
    // Sound is made up for, and the picture that counts is the last one.
    if (behind > MAX_BEHIND_STEPS) {
      this.#encoding.countDropped();
      return null;
    }
    this.#composed += 1;
    return this.#composer.compose((input) => this.#shownOf(input));
  }

  #mix(): Buffer {
    const sum = new Float32Array(STEP_FLOATS);
    const step = new Float32Array(STEP_FLOATS);
    for (const [id, voice] of this.#voices) {
      // Also those who are not heard: what they say now is not for later.
      voice.pull(step);
      if (this.#heard.has(id)) addVoice(sum, step);
    }
    return this.#limiter.toPcm(sum);
  }
}
