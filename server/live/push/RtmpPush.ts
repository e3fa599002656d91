import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Logger } from '../../core/logger.ts';
import { Backoff } from '../mixer/Backoff.ts';
import { endChild, keepEnd, killChild, whenClosed } from '../mixer/children.ts';
import { maskedAddress, withoutSecrets, type PushHealth, type PushTarget } from './pushTarget.ts';
import { writeSecretOptions, type SecretOptions } from './secretOptions.ts';

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** What it is given, and does not pass on: it hangs, or whoever it speaks to does. */
const MAX_WAITING_BYTES = 2 ** 24;
const HANGS_AFTER_MS = 15_000;
/** To say goodbye. */
const GRACE_MS = 2_000;

type PushChild = ChildProcessByStdio<Writable, Readable, Readable>;

interface Run {
  child: PushChild;
  startedAt: number;
  /** When it last had passed something on. */
  movedAt: number;
  /** What it has passed on, in microseconds of stream. */
  outUs: number;
  why: string | null;
}

/**
 * Sends a room to one address, as it is: its FFmpeg only packs it anew. Whatever becomes of it, it holds up nobody:
 * what it does not take in time is left out, and it is tried again.
 */
export class RtmpPush {
  readonly target: PushTarget;
  readonly #ffmpeg: string;
  readonly #logger: Logger;
  readonly #backoff = new Backoff(FIRST_RETRY_MS, MAX_RETRY_MS);
  #options: SecretOptions | null = null;
  #preparing: Promise<void> | null = null;
  #run: Run | null = null;
  #retryAt = 0;
  #reason: string | null = null;
  #isLive = false;
  #attempts = 0;
  #closed = false;

  constructor(target: PushTarget, ffmpeg: string, logger: Logger) {
    this.target = target;
    this.#ffmpeg = ffmpeg;
    this.#logger = logger.child({ push: target.id, address: maskedAddress(target.url) });
  }

  get health(): PushHealth {
    const state = this.#isLive ? 'live' : this.#run || !this.#reason ? 'connecting' : 'failed';
    return {
      ...{ id: this.target.id, address: maskedAddress(this.target.url), state },
      ...{ reason: this.#isLive ? null : this.#reason, attempts: this.#attempts },
    };
  }

  /** The next of the stream, from a key frame on. Never waits. */
  take(data: Buffer): void {
    const now = performance.now();
    if (this.#closed) return;
    if (!this.#run && now >= this.#retryAt) {
      if (this.#options) this.#start(now, this.#options);
      // From the next segment on.
      else this.#preparing ??= this.#prepare();
    }
    const run = this.#run;
    if (!run) return;
    const isStuck = run.child.stdin.writableLength > MAX_WAITING_BYTES;
    if (isStuck || now - run.movedAt > HANGS_AFTER_MS) {
      run.why = 'Nothing gets through.';
      run.child.kill('SIGKILL');
      return;
    }
    run.child.stdin.write(data);
  }

  /** Settles when its process is gone. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const run = this.#run;
    if (run) {
      run.child.stdin.end();
      if (this.#isLive) await endChild(run.child, GRACE_MS);
      else await killChild(run.child);
    }
    await this.#preparing;
    await this.#options?.remove();
  }

  async #prepare(): Promise<void> {
    try {
      this.#options = await writeSecretOptions(this.target.url);
    } catch (error) {
      this.#fail(
        0,
        `Nothing can be written: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    } finally {
      this.#preparing = null;
    }
  }

  #start(now: number, options: SecretOptions): void {
    this.#attempts += 1;
    const child = this.#spawn(options);
    if (!child) {
      this.#fail(0, 'FFmpeg could not be started.');
      return;
    }
    const run: Run = { child, startedAt: now, movedAt: now, outUs: 0, why: null };
    this.#run = run;
    // Its end says more than the pipe that breaks with it.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
    const said = keepEnd(child.stderr);
    createInterface({ input: child.stdout }).on('line', (line) => this.#progress(run, line));
    void whenClosed(child).then(() => {
      this.#run = null;
      this.#isLive = false;
      const why = run.why ?? lastLine(withoutSecrets(said(), this.target.url));
      if (!this.#closed) this.#fail(performance.now() - run.startedAt, why);
    });
  }

  #spawn({ address, path }: SecretOptions): PushChild | null {
    const args = [
      ...['-hide_banner', '-loglevel', 'error', '-nostats', '-progress', 'pipe:1'],
      // Segments come all at once, and are to be sent as if they came from a camera.
      ...['-stats_period', '0.5', '-re', '-analyzeduration', '1000000', '-f', 'mpegts'],
      ...['-i', 'pipe:0'],
      ...['-map', '0:v:0', '-map', '0:a:0', '-c', 'copy', '-f', 'flv'],
      ...['-flvflags', 'no_duration_filesize', '-fpre', path, address],
    ];
    try {
      return spawn(this.#ffmpeg, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    } catch {
      // The system has no process or file handle left, and may have some later.
      return null;
    }
  }

  /** FFmpeg says twice a second how far it is; it begins when whoever it speaks to has agreed. */
  #progress(run: Run, line: string): void {
    const outUs = Number(/^out_time_us=(\d+)$/.exec(line)?.[1]);
    if (!(outUs > run.outUs)) return;
    run.outUs = outUs;
    run.movedAt = performance.now();
    if (this.#isLive) return;
    this.#isLive = true;
    this.#logger.info('push is live');
  }

  #fail(ranMs: number, why: string): void {
    const delayMs = this.#backoff.next(ranMs);
    this.#reason = why;
    this.#retryAt = performance.now() + delayMs;
    this.#logger.warn({ why, delayMs }, 'push failed');
  }
}

function lastLine(text: string): string {
  const line = text.split('\n').at(-1)?.trim() ?? '';
  return line === '' ? 'The connection ended.' : line;
}
