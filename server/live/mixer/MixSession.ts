import type { Logger } from '../../core/logger.ts';
import { segmentKey } from '../segmentKeys.ts';
import type { MixFeed } from './feed.ts';
import { HlsOutput } from './HlsOutput.ts';
import { MediaPort } from './MediaPort.ts';
import type { FromProcess, MixStart, ProcessHealth } from './messages.ts';
import { sequenceAt, type MixedSegment } from './MixedSegment.ts';
import { Mixer } from './Mixer.ts';
import { RENDITIONS, type Rendition } from './renditions.ts';
import type { MixSpec } from './spec.ts';

/** Without a segment for as long, listeners wait. */
const INTERRUPTED_SEGMENTS = 3;
const ERROR_SHOWN_MS = 60_000;

/** All that the process of a room's mixer does: takes its streams, mixes them, and sends what comes of it to where it is wanted. */
export class MixSession {
  readonly #spec: MixSpec;
  readonly #port: MediaPort;
  readonly #hls: HlsOutput | null;
  readonly #logger: Logger;
  readonly #tell: (message: FromProcess) => void;
  #mixer: Mixer | null = null;
  #lastSegmentAt = performance.now();
  #error: { message: string; at: number } | null = null;
  #encoderError: string | null = null;
  #isLeft = false;

  /** @throws AppError NO_CAPACITY: no port is free; or what writing to its folders throws */
  static async create(
    start: MixStart,
    logger: Logger,
    tell: (message: FromProcess) => void,
  ): Promise<MixSession> {
    const { spec, address, ports, firstPort } = start;
    const port = await MediaPort.open(address, ports, firstPort);
    const renditions = renditionsOf(spec);
    const hls =
      spec.publish === false || renditions.length === 0
        ? null
        : await HlsOutput.create({
            ...{ folder: spec.folder, renditions, framesPerSecond: spec.framesPerSecond },
            ...{ segmentSec: spec.segmentSec, keptSegments: spec.keptSegments },
            keyOf: (sequence) => {
              const number = Math.floor(sequence / spec.segmentsPerKey);
              return { uri: `${spec.keyPath}/${number}`, key: segmentKey(spec.keySecret, number) };
            },
            firstSequence: sequenceAt(Date.now(), spec.segmentSec),
            discontinuitySequence: start.discontinuities,
          });
    const session = new MixSession(spec, port, hls, logger, tell);
    if (renditions.length > 0) await session.#mix(start, renditions);
    tell({ type: 'rtp', ip: port.ip, port: port.port });
    return session;
  }

  private constructor(
    spec: MixSpec,
    port: MediaPort,
    hls: HlsOutput | null,
    logger: Logger,
    tell: (message: FromProcess) => void,
  ) {
    this.#spec = spec;
    this.#port = port;
    this.#hls = hls;
    this.#logger = logger;
    this.#tell = tell;
  }

  get health(): ProcessHealth {
    const mixer = this.#mixer?.health;
    const silentMs = performance.now() - this.#lastSegmentAt;
    const error = this.#error && Date.now() - this.#error.at < ERROR_SHOWN_MS ? this.#error : null;
    const said = mixer?.encoder.lastError ?? null;
    if (said !== this.#encoderError) {
      this.#encoderError = said;
      if (said !== null) this.#fail(said);
    }
    return {
      isInterrupted:
        mixer !== undefined && silentMs > INTERRUPTED_SEGMENTS * this.#spec.segmentSec * 1_000,
      speed: mixer?.speed ?? 1,
      droppedFrames: mixer?.encoder.droppedPictures ?? 0,
      framesPerSecond: mixer?.framesPerSecond ?? 0,
      lastError: error?.message ?? null,
    };
  }

  setFeed(feed: MixFeed): void {
    this.#mixer?.setFeed(feed);
  }

  /** @param hasEnded says to listeners that nothing comes any more */
  async close(hasEnded: boolean): Promise<void> {
    // A shorter last one would have a number that is somebody else's next: those are taken from the clock.
    this.#isLeft = !hasEnded;
    await this.#mixer?.close();
    await this.#hls?.end(hasEnded);
    await this.#port.close();
  }

  async #mix({ ffmpeg }: MixStart, renditions: readonly Rendition[]): Promise<void> {
    const { title, framesPerSecond, segmentSec } = this.#spec;
    const mixer = await Mixer.create({
      ...{ ffmpeg, port: this.#port, title, renditions, framesPerSecond, segmentSec },
      logger: this.#logger,
      onSegment: (segment) => this.#take(segment),
    });
    mixer.on('shown', (shown) => this.#tell({ type: 'shown', shown }));
    mixer.on('key-frame-needed', (input) => this.#tell({ type: 'key-frame-needed', input }));
    this.#mixer = mixer;
  }

  async #take(segment: MixedSegment): Promise<void> {
    await this.#attempt('publish a segment', async () => {
      const sequence = this.#isLeft ? undefined : await this.#hls?.publish(segment);
      this.#lastSegmentAt = performance.now();
      if (sequence === undefined) return;
      const { startsAt } = segment;
      const delayMs = Math.round(Date.now() - startsAt);
      const discontinuities = this.#hls?.discontinuities ?? 0;
      this.#tell({ type: 'segment', sequence, startsAt, delayMs, discontinuities });
    });
  }

  /** One that fails harms no other: the disk is full, say. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.error({ err: error }, `could not ${what}`);
      this.#fail(`Could not ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #fail(message: string): void {
    this.#error = { message, at: Date.now() };
  }
}

/** The largest first. */
function renditionsOf({ renditions }: MixSpec): Rendition[] {
  return Object.values(RENDITIONS).filter(({ name }) => renditions.includes(name));
}
