import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { whenClosed } from './children.ts';
import { compiledPrograms } from './compiledPrograms.ts';
import type { FromProcess, ToProcess } from './messages.ts';

const PROGRAM = fileURLToPath(new URL('./mixerProcess.ts', import.meta.url));
const WATCH_MS = 500;
/** It says each second that it runs; what is stopped will not say it. */
const MAX_SILENCE_MS = 3_000;
/** On a machine that has too much to do it may come late. */
const MAX_BUSY_SILENCE_MS = 5_000;
/** Before the first word it has to read its program, on a machine that may be busy. */
const MAX_START_MS = 20_000;
/** To finish the last segment. */
const CLOSE_MS = 8_000;

export interface MixerChildOptions {
  onMessage: (message: FromProcess) => void;
  /** It is gone, with all its children. @param why for people */
  onEnd: (why: string) => void;
}

/** One process of a room's mixer, which is ended when it says nothing for too long. */
export class MixerChild {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #watch: NodeJS.Timeout;
  #heardAt = performance.now();
  #watchedAt = performance.now();
  #hasSpoken = false;
  #why: string | null = null;

  constructor({ onMessage, onEnd }: MixerChildOptions) {
    this.#child = fork(PROGRAM, [], {
      // None of what this process was started with, a debugger's port say, is for that one.
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: compiledPrograms() },
      // A group of its own, by which its children end with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => {
      this.#heardAt = performance.now();
      this.#hasSpoken = true;
      const from = message as FromProcess;
      if (from.type === 'failed') this.#why = from.message;
      onMessage(from);
    });
    this.#child.on('error', (error) => (this.#why ??= error.message));
    this.#child.on('exit', (code, signal) => {
      this.#why ??= `The mixer's process ended with ${signal ?? `code ${code}`}.`;
      // Its children end by themselves when their pipes break, but for those that hang.
      this.#killGroup();
    });
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#ended = whenClosed(this.#child).then(() => {
      clearInterval(this.#watch);
      onEnd(this.#why ?? "The mixer's process could not be started.");
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  send(message: ToProcess): void {
    // What it does not get any more the next one gets.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Has it finish, for some time at most; settles when it is gone. */
  async close(hasEnded: boolean): Promise<void> {
    this.send({ type: 'close', hasEnded });
    const timer = setTimeout(() => this.#end('It did not end.'), CLOSE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #look(): void {
    const now = performance.now();
    // This process itself has stood still: it could not have heard anything.
    if (now - this.#watchedAt > 3 * WATCH_MS) this.#heardAt = now;
    this.#watchedAt = now;
    const silence = now - this.#heardAt;
    const limit = !this.#hasSpoken ? MAX_START_MS : MAX_BUSY_SILENCE_MS;
    if (silence <= MAX_SILENCE_MS || (silence <= limit && !isStopped(this.pid))) return;
    this.#end("The mixer's process hung.");
  }

  #end(why: string): void {
    this.#why ??= why;
    this.#killGroup();
    this.#child.kill('SIGKILL');
  }

  #killGroup(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // There is none any more.
    }
  }
}

/** Whether somebody has stopped it; where the system does not say, it was not. */
function isStopped(pid: number | null): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the command's name, in parentheses, which may hold anything.
    return 'tT'.includes(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  } catch {
    return false;
  }
}
