import type { Logger } from '../../core/logger.ts';
import { Mailbox } from '../../core/Mailbox.ts';
import { Pushes } from '../push/Pushes.ts';
import { Composites } from '../recording/Composites.ts';
import { TrackRecording } from '../recording/TrackRecording.ts';
import { keyNumberOf, nextSequence, segmentKey } from '../segmentKeys.ts';
import type { MixFeed } from './feed.ts';
import { HlsOutput } from './HlsOutput.ts';
import { MediaPort } from './MediaPort.ts';
import type { FromProcess, MixOutputs, MixStart, ProcessHealth } from './messages.ts';
import type { MixedSegment } from './MixedSegment.ts';
import { Mixer } from './Mixer.ts';
import { RENDITIONS, type Rendition } from './renditions.ts';
import type { MixSpec, Publication } from './spec.ts';

/** Without a segment for as long, listeners wait. */
const INTERRUPTED_SEGMENTS = 3;
const ERROR_SHOWN_MS = 60_000;

/** All that the process of a room's mixer does: takes its streams, mixes them, and sends what comes of it to where it is wanted. */
export class MixSession {
  readonly #spec: MixSpec;
  readonly #port: MediaPort;
  #hls: { output: HlsOutput; publication: Publication } | null = null;
  /** Of what was published. */
  #discontinuities: number;
  /** What is made for listeners changes step by step, and nothing waits for that. */
  readonly #changes = new Mailbox();
  readonly #logger: Logger;
  readonly #tell: (message: FromProcess) => void;
  readonly #composites: Composites;
  readonly #pushes: Pushes;
  #tracks: TrackRecording | null = null;
  #feed: MixFeed | null = null;
  #mixer: Mixer | null = null;
  #lastSegmentAt = performance.now();
  #error: { message: string; at: number } | null = null;
  #encoderError: string | null = null;
  #hasSegment = false;
  #isLeft = false;

  /** @throws AppError NO_CAPACITY: no port is free; or what writing to its folders throws */
  static async create(
    start: MixStart,
    logger: Logger,
    tell: (message: FromProcess) => void,
  ): Promise<MixSession> {
    const { spec, address, ports, firstPort, outputs } = start;
    const port = await MediaPort.open(address, ports, firstPort);
    const session = new MixSession(start, port, logger, tell);
    try {
      await session.#publishAs(outputs.publication);
      const renditions = renditionsOf(spec, outputs.publication);
      if (renditions.length > 0) await session.#mix(start, renditions);
      await session.setOutputs(outputs);
    } catch (error) {
      await session.close(false);
      throw error;
    }
    tell({ type: 'rtp', ip: port.ip, port: port.port });
    return session;
  }

  private constructor(
    start: MixStart,
    port: MediaPort,
    logger: Logger,
    tell: (message: FromProcess) => void,
  ) {
    this.#spec = start.spec;
    this.#discontinuities = start.discontinuities;
    this.#port = port;
    this.#logger = logger;
    this.#tell = tell;
    this.#pushes = new Pushes(start.ffmpeg, logger);
    this.#composites = new Composites((folder) => tell({ type: 'recorded', folder }));
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
      isMaking: mixer === undefined || this.#hasSegment,
      isInterrupted:
        mixer !== undefined && silentMs > INTERRUPTED_SEGMENTS * this.#spec.segmentSec * 1_000,
      speed: mixer?.speed ?? 1,
      droppedFrames: mixer?.encoder.droppedPictures ?? 0,
      framesPerSecond: mixer?.framesPerSecond ?? 0,
      lastError: error?.message ?? null,
      pushes: this.#pushes.health,
    };
  }

  setFeed(feed: MixFeed): void {
    this.#feed = feed;
    this.#mixer?.setFeed(feed);
    this.#tracks?.set(feed.inputs, feed.tracks ?? []);
  }

  /** Where it goes from now on. */
  async setOutputs({ publication, record, recordTracks, pushes }: MixOutputs): Promise<void> {
    void this.#changes.post(() =>
      this.#attempt('publish', () => this.#changePublication(publication)),
    );
    this.#pushes.set(pushes);
    await this.#attempt('record', () => this.#composites.set(record?.folder ?? null));
    const folder = recordTracks?.folder ?? null;
    if (folder === (this.#tracks?.folder ?? null)) return;
    await this.#closeTracks();
    if (folder !== null) await this.#attempt('record tracks', () => this.#recordTracks(folder));
  }

  /** @param hasEnded says to listeners that nothing comes any more */
  async close(hasEnded: boolean): Promise<void> {
    // A shorter last one would have a number that is somebody else's next: those are taken from the clock.
    this.#isLeft = !hasEnded;
    await Promise.all([this.#mixer?.close(), this.#closeTracks()]);
    await this.#changes.idle();
    this.#composites.close();
    await this.#pushes.close();
    await this.#hls?.output.end(hasEnded);
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

  async #changePublication(publication: Publication | null): Promise<void> {
    if (publication?.keyPath === this.#hls?.publication.keyPath) return;
    const renditions = renditionsOf(this.#spec, publication);
    // Whoever listens hears what is under way to the end.
    if (!publication) await this.#mixer?.setRenditions(renditions);
    await this.#hls?.output.end(true);
    await this.#publishAs(publication);
    if (publication) await this.#mixer?.setRenditions(renditions);
  }

  /** Begins a playlist; null: there is none from now on. */
  async #publishAs(publication: Publication | null): Promise<void> {
    this.#hls = null;
    if (!publication) return;
    const { folder, framesPerSecond, segmentSec, keptSegments, segmentsPerKey } = this.#spec;
    const { keySecret, keyPath } = publication;
    const output = await HlsOutput.create({
      ...{ folder, renditions: renditionsOf(this.#spec, publication), framesPerSecond },
      ...{ segmentSec, keptSegments },
      keyOf: (sequence) => {
        const number = keyNumberOf(sequence, segmentsPerKey);
        return { uri: `${keyPath}/${number}`, key: segmentKey(keySecret, number) };
      },
      firstSequence: nextSequence(Date.now(), segmentSec),
      discontinuitySequence: this.#discontinuities,
    });
    this.#hls = { output, publication };
  }

  async #recordTracks(folder: string): Promise<void> {
    const tracks = await TrackRecording.open({
      ...{ port: this.#port, folder, logger: this.#logger },
      onKeyNeeded: (input) => this.#tell({ type: 'key-frame-needed', input }),
      onError: (error) => this.#fail(`Could not record a track: ${messageOf(error)}`),
    });
    this.#tracks = tracks;
    if (this.#feed) tracks.set(this.#feed.inputs, this.#feed.tracks ?? []);
  }

  async #closeTracks(): Promise<void> {
    const tracks = this.#tracks;
    this.#tracks = null;
    if (!tracks) return;
    await tracks.close();
    this.#tell({ type: 'recorded', folder: tracks.folder });
  }

  async #take(segment: MixedSegment): Promise<void> {
    this.#pushes.take(segment);
    await Promise.all([
      this.#attempt('record a segment', () => this.#composites.take(segment)),
      this.#publish(segment),
    ]);
  }

  async #publish(segment: MixedSegment): Promise<void> {
    await this.#attempt('publish a segment', async () => {
      const hls = this.#isLeft ? null : this.#hls;
      // Before the first segment that listeners have in all qualities there is none for them.
      const isWhole = segment.files.length === hls?.output.renditions.length;
      const sequence = hls && isWhole ? await hls.output.publish(segment) : null;
      this.#lastSegmentAt = performance.now();
      this.#hasSegment = true;
      if (!hls || sequence === null) return;
      const { startsAt } = segment;
      const delayMs = Math.round(Date.now() - startsAt);
      const { keyPath } = hls.publication;
      this.#discontinuities = hls.output.discontinuities;
      const discontinuities = this.#discontinuities;
      this.#tell({ type: 'segment', keyPath, sequence, startsAt, delayMs, discontinuities });
    });
  }

  /** One that fails harms no other: the disk is full, say. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.error({ err: error }, `could not ${what}`);
      this.#fail(`Could not ${what}: ${messageOf(error)}`);
    }
  }

  #fail(message: string): void {
    this.#error = { message, at: Date.now() };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The largest first; what nobody listens to needs no others. */
function renditionsOf({ renditions }: MixSpec, publication: Publication | null): Rendition[] {
  const all = Object.values(RENDITIONS).filter(({ name }) => renditions.includes(name));
  return publication ? all : all.slice(0, 1);
}
