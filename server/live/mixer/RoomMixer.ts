import { EventEmitter } from 'node:events';
import { AppError } from '../../core/AppError.ts';
import type { Logger } from '../../core/logger.ts';
import {
  assertPushTarget,
  maskedAddress,
  type PushHealth,
  type PushTarget,
} from '../push/pushTarget.ts';
import { Backoff } from './Backoff.ts';
import type { MixFeed, ShownInput } from './feed.ts';
import { endPlaylists } from './HlsOutput.ts';
import type { RtpPortRange } from './MediaPort.ts';
import type { FromProcess, MixOutputs, MixStart, ProcessHealth } from './messages.ts';
import { MixerChild } from './MixerChild.ts';
import {
  DISCONTINUITIES_PER_GENERATION,
  type MixHealth,
  type MixSpec,
  type Publication,
} from './spec.ts';
import { removeStaleWork } from './workFolder.ts';

const HEALTH_MS = 1_000;
const ERROR_SHOWN_MS = 60_000;

export interface RoomMixerDeps {
  /** As `findFfmpeg` answers it. */
  ffmpeg: string;
  /** For all mixers of this machine: each takes one. */
  ports: RtpPortRange;
  /** Where mixers listen. */
  address: string;
  logger: Logger;
}

export interface RoomMixerEvents {
  /** Where to send from now on: at start and whenever it changes. */
  rtp: [{ ip: string; port: number }];
  /** One was published. */
  segment: [{ sequence: number; startsAt: number }];
  /** Pictures of these inputs are needed, and of no other; an input may be there twice. */
  shown: [ShownInput[]];
  /** Whoever sends this input is to send a key frame. */
  'key-frame-needed': [string];
  /** All that was to be recorded into this folder is there. */
  recorded: [{ folder: string }];
  /** Each second. */
  health: [MixHealth];
}

/**
 * Mixes a room in a process of its own and keeps that running: whatever it does, what it was told last goes on, and
 * so do the numbers of what it makes.
 */
export class RoomMixer extends EventEmitter<RoomMixerEvents> {
  readonly #spec: MixSpec;
  readonly #deps: RoomMixerDeps;
  readonly #logger: Logger;
  readonly #backoff = new Backoff();
  readonly #timer: NodeJS.Timeout;
  #child: MixerChild | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #feed: MixFeed | null = null;
  #outputs: MixOutputs;
  /** Folders of recordings that were ended, whose last part may be on its way. */
  readonly #recording = new Set<string>();
  #rtp: { ip: string; port: number } | null = null;
  #firstPort: number;
  #discontinuities: number;
  #process: ProcessHealth | null = null;
  #hasSegment = false;
  /** Whether the process that runs has published. */
  #isFlowing = false;
  #delayMs: number | null = null;
  #droppedBefore = 0;
  #restarts = 0;
  #error: { message: string; at: number } | null = null;
  #closing: Promise<void> | null = null;

  /** @throws AppError INVALID_PAYLOAD: nothing can be mixed like that */
  static create(spec: MixSpec, deps: RoomMixerDeps): RoomMixer {
    const { renditions } = spec;
    if (renditions.length > 0 && renditions.every((name) => name === 'audio')) {
      throw new AppError('INVALID_PAYLOAD', { message: 'A room has at least one picture.' });
    }
    spec.pushes?.forEach(assertPushTarget);
    return new RoomMixer(spec, deps);
  }

  private constructor(spec: MixSpec, deps: RoomMixerDeps) {
    super();
    this.#spec = spec;
    this.#deps = deps;
    this.#logger = deps.logger.child({ roomId: spec.roomId });
    const { record = null, recordTracks = null, pushes = [], keySecret, keyPath } = spec;
    const isPublished = spec.publish !== false && spec.renditions.length > 0;
    const publication = isPublished ? { keySecret, keyPath } : null;
    this.#outputs = { publication, record, recordTracks, pushes };
    const { min, max } = deps.ports;
    // Anywhere: mixers that begin in a row would try the same ones.
    this.#firstPort = min + Math.floor(Math.random() * (max - min + 1));
    this.#discontinuities = spec.generation * DISCONTINUITIES_PER_GENERATION;
    this.#start();
    this.#timer = setInterval(() => this.emit('health', this.health), HEALTH_MS);
  }

  get health(): MixHealth {
    const running = this.#process;
    const isFlowing = this.#isFlowing && running !== null && !running.isInterrupted;
    const own = this.#error && Date.now() - this.#error.at < ERROR_SHOWN_MS ? this.#error : null;
    return {
      state: isFlowing ? 'running' : this.#hasSegment ? 'interrupted' : 'starting',
      speed: running?.speed ?? 0,
      droppedFrames: this.#droppedBefore + (running?.droppedFrames ?? 0),
      framesPerSecond: running?.framesPerSecond ?? 0,
      delayMs: this.#delayMs,
      restarts: this.#restarts,
      lastError: running?.lastError ?? own?.message ?? null,
      pushes: this.#outputs.pushes.map((target) => {
        const one = waiting(target);
        const isSame = ({ id, address }: PushHealth) => id === one.id && address === one.address;
        return running?.pushes.find(isSame) ?? one;
      }),
    };
  }

  /** Of its process; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** What comes in, and who is on the stage with it, from now on. */
  setFeed(feed: MixFeed): void {
    this.#feed = feed;
    this.#child?.send({ type: 'feed', feed });
  }

  /** As what listeners have it from now on; null: they have not, and what there is says that it is over. */
  setPublication(publication: Publication | null): void {
    this.#setOutputs({ ...this.#outputs, publication });
  }

  /** Where its largest rendition is recorded from now on; null: nowhere. `recorded` says when all is there. */
  setRecord(record: { folder: string } | null): void {
    this.#setOutputs({ ...this.#outputs, record });
  }

  /** Where the feed's tracks are recorded from now on; null: nowhere. `recorded` says when all is there. */
  setRecordTracks(recordTracks: { folder: string } | null): void {
    this.#setOutputs({ ...this.#outputs, recordTracks });
  }

  /** Where it is sent as well from now on. @throws AppError INVALID_PAYLOAD: not an address of RTMP */
  setPushes(pushes: readonly PushTarget[]): void {
    pushes.forEach(assertPushTarget);
    this.#setOutputs({ ...this.#outputs, pushes });
  }

  /**
   * Settles when its process and all that belongs to it is gone; what was published stays. Idempotent.
   * @param hasEnded says in the playlists that it is over; false: another mixer goes on with the room
   */
  close(hasEnded: boolean): Promise<void> {
    return (this.#closing ??= this.#close(hasEnded));
  }

  async #close(hasEnded: boolean): Promise<void> {
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    clearInterval(this.#timer);
    for (const folder of foldersOf(this.#outputs)) this.#recording.add(folder);
    await this.#child?.close(hasEnded);
    this.#child = null;
    this.#endRecordings();
    await this.#removeWork();
    // One that had to be killed could not say it.
    if (hasEnded && this.#outputs.publication)
      await endPlaylists(this.#spec.folder, this.#spec.renditions);
    this.removeAllListeners();
  }

  #setOutputs(outputs: MixOutputs): void {
    const before = foldersOf(this.#outputs);
    const after = foldersOf(outputs);
    this.#outputs = outputs;
    for (const folder of before) if (!after.includes(folder)) this.#recording.add(folder);
    if (this.#child) this.#child.send({ type: 'outputs', outputs });
    else this.#endRecordings();
  }

  /** What a process did not come to write is lost, and what is there is all. */
  #endRecordings(folders: readonly string[] = [...this.#recording]): void {
    for (const folder of folders) {
      if (this.#recording.delete(folder)) this.emit('recorded', { folder });
    }
  }

  #start(): void {
    const startedAt = performance.now();
    try {
      this.#child = this.#startChild(startedAt);
    } catch (error) {
      // The system has no process or file handle left, and may have some later.
      this.#restart(startedAt, error instanceof Error ? error.message : String(error));
    }
  }

  #startChild(startedAt: number): MixerChild {
    const { ffmpeg, ports, address } = this.#deps;
    const child = new MixerChild({
      onMessage: (message) => {
        if (this.#child === child) this.#receive(message);
      },
      onEnd: (why) => {
        if (!this.#closing) this.#restart(startedAt, why);
      },
    });
    const start: MixStart = {
      ...{ spec: this.#spec, outputs: this.#outputs },
      ...{ ffmpeg, ports, address, firstPort: this.#firstPort },
      ...{ discontinuities: this.#discontinuities, logLevel: this.#logger.level },
    };
    child.send({ type: 'start', start });
    if (this.#feed) child.send({ type: 'feed', feed: this.#feed });
    return child;
  }

  #restart(startedAt: number, why: string): void {
    const pid = this.pid;
    this.#child = null;
    this.#droppedBefore += this.#process?.droppedFrames ?? 0;
    this.#process = null;
    this.#endRecordings();
    this.#isFlowing = false;
    this.#restarts += 1;
    this.#error = { message: why, at: Date.now() };
    const delayMs = this.#backoff.next(performance.now() - startedAt);
    this.#logger.warn({ pid, why, delayMs }, 'mixer ended, another is started');
    void this.#removeWork();
    this.#restartTimer = setTimeout(() => this.#start(), delayMs);
  }

  /** What one that was killed has left. */
  async #removeWork(): Promise<void> {
    await removeStaleWork().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'what a mixer has left could not be removed');
    });
  }

  #receive(message: FromProcess): void {
    switch (message.type) {
      case 'rtp': {
        const { ip, port } = message;
        const isSame = this.#rtp?.ip === ip && this.#rtp.port === port;
        this.#rtp = { ip, port };
        this.#firstPort = port;
        if (!isSame) this.emit('rtp', { ip, port });
        return;
      }
      case 'segment':
        this.#hasSegment = this.#isFlowing = true;
        this.#delayMs = message.delayMs;
        this.#discontinuities = message.discontinuities;
        // One that was on its way when listeners were given another is none of theirs.
        if (message.keyPath !== this.#outputs.publication?.keyPath) return;
        this.emit('segment', { sequence: message.sequence, startsAt: message.startsAt });
        return;
      case 'shown':
        this.emit('shown', message.shown);
        return;
      case 'key-frame-needed':
        this.emit('key-frame-needed', message.input);
        return;
      case 'recorded':
        this.#endRecordings([message.folder]);
        return;
      case 'health':
        this.#process = message.health;
        this.#isFlowing ||= message.health.isMaking;
        this.#hasSegment ||= this.#isFlowing;
        return;
      case 'log':
        relay(this.#logger, message.line);
        return;
      case 'failed':
        this.#logger.error({ said: message.message }, 'mixer failed');
    }
  }
}

/** While there is no process that has said how it fares. */
function waiting({ id, url }: PushTarget): PushHealth {
  return { id, address: maskedAddress(url), state: 'connecting', reason: null, attempts: 0 };
}

function foldersOf({ record, recordTracks }: MixOutputs): string[] {
  return [record, recordTracks].flatMap((where) => where?.folder ?? []);
}

/** As if this process had written it. */
function relay(logger: Logger, line: string): void {
  const { level, msg, time: _, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = logger.levels.labels[Number(level)] ?? 'info';
  if (name in logger.levels.values) {
    logger[name as 'info' | 'warn' | 'error'](fields, typeof msg === 'string' ? msg : '');
  }
}
