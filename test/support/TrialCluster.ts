import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../provision/throwaway/freePort.ts';
import { eventually } from './eventually.ts';

const BOOTSTRAP = join(import.meta.dirname, '../../provision/bootstrap.mjs');
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** `npm run cluster`, with a folder for temporary files of its own. */
export class TrialCluster {
  readonly url: string;
  readonly log: string[] = [];
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<unknown>;

  static async start(): Promise<TrialCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-trial-'));
    // PostgreSQL runs as somebody else when this is root, and removes its folder itself.
    await chmod(folder, 0o1777);
    const cluster = new TrialCluster(await freePort(), folder);
    await cluster.says('Ctrl-C stops everything', READY_TIMEOUT_MS);
    return cluster;
  }

  private constructor(port: number, folder: string) {
    this.url = `http://localhost:${port}`;
    this.#folder = folder;
    this.#process = spawn(process.execPath, [BOOTSTRAP, 'cluster'], {
      env: {
        ...process.env,
        TMPDIR: folder,
        PORT: String(port),
        PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
        PARLEY_MEDIA_BASE_PORT: '0',
        PARLEY_MEDIA_WORKERS: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#process, 'close');
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.log.push(line));
    }
  }

  /** Process id of a node, as it was told last. */
  pidOf(name: string): number {
    const told = this.log.map(
      (line) =>
        new RegExp(`^ {2}${name} +pid (\\d+)`).exec(line)?.[1] ??
        new RegExp(`${name} is back, pid (\\d+)`).exec(line)?.[1],
    );
    return Number(told.findLast((pid) => pid !== undefined));
  }

  /** Waits for a line with that text. */
  async says(text: string, timeoutMs = 20_000): Promise<void> {
    await eventually(() => {
      if (!this.log.some((line) => line.includes(text))) {
        throw new Error(`nothing was said of "${text}":\n${this.log.join('\n')}`);
      }
    }, timeoutMs);
  }

  /** Every process that came from it and is alive, itself apart. */
  descendants(): number[] {
    const table = processes();
    const found = [this.#process.pid ?? 0];
    for (const parent of found) {
      found.push(...table.filter(({ ppid }) => ppid === parent).map(({ pid }) => pid));
    }
    return found.slice(1);
  }

  /** What is in its folder for temporary files. */
  async leftovers(): Promise<string[]> {
    // Of Node itself, where the client had to be built.
    return (await readdir(this.#folder)).filter((name) => name !== 'node-compile-cache');
  }

  /** One Ctrl-C. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGINT');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
    return this.#process.exitCode;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** All processes of this machine, and not those that only wait for somebody to hear of their end. */
export function processes(): { pid: number; ppid: number; command: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state = 'Z']) => !state.startsWith('Z'))
    .map(([pid, ppid, , ...command]) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      command: command.join(' '),
    }));
}
