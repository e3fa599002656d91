import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../command.ts';
import { ProvisionError } from '../ProvisionError.ts';
import { hasEnded, signalGroup, spawnGroup } from '../run.ts';
import { isReady } from './Balancer.ts';

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Time to see how the others do without it. */
const RESTART_AFTER_MS = 4_000;
const KEPT_LINES = 20;

interface ClusterNodeEvents {
  line: [line: string];
  /** It ended by itself; it is started again after a moment. */
  died: [reason: string];
  /** It is there again. */
  back: [];
}

/** One server process of a trial cluster, started again whenever it ends before it is told to. */
export class ClusterNode extends EventEmitter<ClusterNodeEvents> {
  readonly name: string;
  readonly url: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #lines: string[] = [];
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #cared: Promise<void> | undefined;

  /** @param env the node's whole environment */
  constructor(name: string, url: string, env: NodeJS.ProcessEnv) {
    super();
    this.name = name;
    this.url = url;
    this.#env = env;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Resolves when it is ready. @throws ProvisionError with what it said when it does not get there */
  async start(): Promise<void> {
    this.#spawn();
    await this.#ready();
    this.#cared ??= this.#careFor();
  }

  /** Lets it end what it does. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#process;
    if (child && !hasEnded(child)) child.kill('SIGTERM');
    await this.#exited;
    // Nothing that it has started may outlive it, even if it crashed.
    if (child) signalGroup(child, 'SIGKILL');
    await this.#cared;
  }

  /** Ends it now, with everything that it has started. */
  kill(): void {
    this.#stopping.abort();
    if (this.#process) signalGroup(this.#process, 'SIGKILL');
  }

  async #careFor(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await this.#exited;
      if (this.#process) signalGroup(this.#process, 'SIGKILL');
      if (signal.aborted) return;
      this.emit('died', howItEnded(this.#process));
      await delay(RESTART_AFTER_MS, undefined, { signal }).catch(() => undefined);
      if (isAborted(signal)) return;
      this.#spawn();
      await this.#ready().then(
        () => this.emit('back'),
        // It is told of as dead at the next turn.
        () => this.#process && signalGroup(this.#process, 'SIGKILL'),
      );
    }
  }

  async #ready(): Promise<void> {
    const until = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(this.url))) {
      this.#stopping.signal.throwIfAborted();
      const ended = this.#process === undefined || hasEnded(this.#process);
      if (ended || Date.now() > until) {
        throw new ProvisionError(
          `${this.name} did not start${ended ? '' : ' in time'}:\n${this.#lines.join('\n')}`,
          'Correct what it says above, then try again.',
        );
      }
      await delay(POLL_MS);
    }
  }

  #spawn(): void {
    // In a group of its own: Ctrl-C at the terminal would reach it before its turn. The IPC channel
    // tells it when this process is gone.
    const child = spawnGroup(process.execPath, [join(ROOT, 'server', 'index.ts')], {
      cwd: ROOT,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    this.#exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > KEPT_LINES) this.#lines.shift();
        // What it says to a person at its terminal is not true here: people come by the balancer.
        if (stream === child.stderr || line.startsWith('{')) this.emit('line', line);
      });
    }
  }
}

function howItEnded(child: ChildProcess | undefined): string {
  const { signalCode = null, exitCode = null } = child ?? {};
  return signalCode ? `was ended by ${signalCode}` : `ended with code ${exitCode ?? '?'}`;
}

/** Asked anew after a wait, which the compiler would not think of. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
