import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheDir } from '../../provision/cache.ts';
import { freePort } from '../../provision/throwaway/freePort.ts';

const ENTRY = join(import.meta.dirname, '../../server/index.ts');
const READY_TIMEOUT_MS = 50_000;
const POLL_MS = 30;
/** Lines of its log that are kept for whoever looks for the cause of a failure. */
const KEPT_LINES = 400;

/** One server process, as an operator runs it. Dies with the process that started it. */
export class NodeProcess {
  readonly name: string;
  readonly url: string;
  readonly meshPort: number;
  readonly #env: Record<string, string>;
  readonly #dataDir: string;
  readonly #log: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  #process: ChildProcess;
  #disturbed = false;
  #exited: Promise<unknown>;

  /** @param env configuration as environment variables, over the defaults for tests */
  static async start(name: string, env: Record<string, string>): Promise<NodeProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-node-'));
    const port = await freePort();
    const meshPort = Number(env['PARLEY_CLUSTER_PORT'] ?? (await freePort()));
    const node = new NodeProcess(name, port, meshPort, dataDir, env);
    try {
      await node.ready();
    } catch (error) {
      await node.close();
      throw error;
    }
    return node;
  }

  private constructor(
    name: string,
    port: number,
    meshPort: number,
    dataDir: string,
    env: Record<string, string>,
  ) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.meshPort = meshPort;
    this.#dataDir = dataDir;
    this.#env = {
      PARLEY_NODE_NAME: name,
      PARLEY_SERVER_HOST: '127.0.0.1',
      PARLEY_SERVER_PORT: String(port),
      PARLEY_SERVER_DATA_DIR: dataDir,
      PARLEY_CLUSTER_HOST: '127.0.0.1',
      PARLEY_CLUSTER_PORT: String(meshPort),
      PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
      PARLEY_MEDIA_BASE_PORT: '0',
      PARLEY_MEDIA_WORKERS: '1',
      PARLEY_LIVE_MIXERS: '0',
      PARLEY_NODE_DRAIN_TIMEOUT_MS: '2000',
      PARLEY_LOG_LEVEL: 'info',
      PARLEY_LOG_FORMAT: 'json',
      ...env,
    };
    this.#process = this.#spawn();
    this.#exited = once(this.#process, 'exit');
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} did not start`);
    return pid;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Whether nobody has interfered with it since it started. */
  get isUndisturbed(): boolean {
    return this.isRunning && !this.#disturbed;
  }

  /** The last lines of its log, each an object of pino's. */
  get log(): readonly string[] {
    return this.#log;
  }

  /** Called with every line that it logs from now on, also as a new process. */
  onLine(listener: (line: string) => void): void {
    this.#listeners.add(listener);
  }

  signal(signal: NodeJS.Signals): void {
    this.#disturbed = true;
    process.kill(this.pid, signal);
  }

  /** Ends it without a word, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#disturbed = true;
    if (this.isRunning) this.#process.kill('SIGKILL');
    await this.#exited;
  }

  /** Asks it to stop, and waits until it has. @returns its exit code */
  async terminate(): Promise<number | null> {
    this.#disturbed = true;
    if (this.isRunning) this.#process.kill('SIGTERM');
    await this.#exited;
    return this.#process.exitCode;
  }

  /** The same node again, as a new process at the same addresses. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = this.#spawn();
    this.#exited = once(this.#process, 'exit');
    await this.ready();
  }

  async ready(): Promise<void> {
    const until = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      if (!this.isRunning || Date.now() > until) {
        throw new Error(`${this.name} did not start:\n${this.#log.join('\n')}`);
      }
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    // One that was stopped would never hear anything else.
    if (this.isRunning) this.signal('SIGCONT');
    await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, ['--no-warnings', ENTRY], {
      env: {
        // As `npm start` does: several start at once, on few cores.
        NODE_COMPILE_CACHE: join(cacheDir(), 'compiled'),
        ...process.env,
        ...this.#env,
      },
      // The channel tells the server when this process is gone, however it went.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.push(line);
        if (this.#log.length > KEPT_LINES) this.#log.shift();
        for (const listener of this.#listeners) listener(line);
      });
    }
    return child;
  }
}
