import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDir } from '../../provision/cache.ts';
import { freePort } from '../../provision/throwaway/freePort.ts';
import { callInspector } from './inspector.ts';
import { childrenOf, cpuSeconds } from './processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const POLL_MS = 50;
const OBSERVE_MS = 500;

/** A Parley server in a process of its own, as `npm start` runs it. */
export class ParleyProcess {
  readonly url: string;
  #process: ChildProcess;
  readonly #spawn: () => ChildProcess;
  readonly #dataDir: string;
  readonly #inspectorPort: number;

  /**
   * @param env configuration as environment variables
   * @param prepare fills the data folder before the first start
   */
  static async start(
    env: Record<string, string> = {},
    prepare: (dataDir: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<ParleyProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
    await prepare(dataDir);
    const [port, inspectorPort] = await Promise.all([freePort(), freePort()]);
    // Costs nothing until somebody connects to it.
    const inspect = `--inspect=127.0.0.1:${inspectorPort}`;
    const quiet = ['--inspect-publish-uid=http', '--no-warnings'];
    const spawnServer = (): ChildProcess =>
      spawn(process.execPath, [inspect, ...quiet, join(ROOT, 'server/index.ts')], {
        env: {
          ...process.env,
          NODE_COMPILE_CACHE: join(cacheDir(), 'compiled'),
          PARLEY_SERVER_HOST: '127.0.0.1',
          PARLEY_SERVER_PORT: String(port),
          PARLEY_SERVER_DATA_DIR: dataDir,
          PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
          PARLEY_MEDIA_BASE_PORT: '0',
          PARLEY_MEDIA_WORKERS: '1',
          PARLEY_LOG_LEVEL: 'warn',
          // The load comes from one address and one person.
          PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '1000000',
          PARLEY_LIMITS_GUEST_PER_ADDRESS_POINTS: '1000000',
          PARLEY_LIMITS_REQUESTS_PER_CONNECTION_POINTS: '1000000',
          ...env,
        },
        // The channel tells the server when this process is gone, however it went.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
    const url = `http://127.0.0.1:${port}`;
    const server = new ParleyProcess(spawnServer, dataDir, inspectorPort, url);
    await server.#ready();
    return server;
  }

  private constructor(
    spawnServer: () => ChildProcess,
    dataDir: string,
    inspectorPort: number,
    url: string,
  ) {
    this.#spawn = spawnServer;
    this.#process = spawnServer();
    this.#dataDir = dataDir;
    this.#inspectorPort = inspectorPort;
    this.url = url;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Kills it without warning and starts it again, with the same data and ports; settles when it serves. */
  async crash(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    this.#process = this.#spawn();
    await this.#ready();
  }

  /** Process ids of the media workers. */
  get workers(): number[] {
    return childrenOf(this.pid);
  }

  /** The worker that forwards the only meeting, told by the CPU that it uses. */
  async busiestWorker(): Promise<number> {
    const before = new Map(this.workers.map((pid) => [pid, cpuSeconds(pid)]));
    for (;;) {
      await sleep(OBSERVE_MS);
      const used = [...before].map(([pid, then]) => ({ pid, seconds: cpuSeconds(pid) - then }));
      used.sort((a, b) => b.seconds - a.seconds);
      const [first, second] = used;
      // CPU time is told in steps of 10 ms: a few packets may not show yet.
      if (first && first.seconds > (second?.seconds ?? -1)) return first.pid;
    }
  }

  /** Afterwards its heap holds only what is in use. */
  async collectGarbage(): Promise<void> {
    await callInspector(this.#inspectorPort, 'HeapProfiler.collectGarbage');
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error('the server did not start');
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await sleep(POLL_MS);
    }
  }
}
