import { EventEmitter } from 'node:events';
import { createWorker, type types } from 'mediasoup';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import type { ListenAddress } from './listenAddresses.ts';

export interface WorkerPoolOptions {
  /** How many workers run; each takes one core. */
  count: number;
  listen: readonly ListenAddress[];
  /** Worker n serves UDP and TCP on `basePort + n`; 0: on any free port. */
  basePort: number;
  logLevel: types.WorkerLogLevel;
}

/** A running mediasoup worker and its one port. */
export interface MediaWorker {
  readonly index: number;
  readonly pid: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  /** Predicted outgoing packets per second of everything placed on it. */
  load: number;
}

interface WorkerPoolEvents {
  /** Every mediasoup object of the worker is closed by now; its replacement is under way. */
  'worker-died': [MediaWorker];
  'worker-ready': [MediaWorker];
}

const WATCHDOG_INTERVAL_MS = 1_000;
/** Calls a worker may leave unanswered before it counts as hung. */
const WATCHDOG_MISSES = 2;
const RESPAWN_DELAYS_MS = [0, 100, 500, 2_000, 5_000];
/** A worker that lived this long was healthy: the next death starts the delays anew. */
const HEALTHY_AFTER_MS = 10_000;

/** Keeps `count` workers alive: spawns, watches, kills the hung and replaces the dead. */
export class WorkerPool extends EventEmitter<WorkerPoolEvents> {
  readonly #options: WorkerPoolOptions;
  readonly #logger: Logger;
  readonly #workers = new Map<number, MediaWorker>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #deaths = 0;
  #closed = false;

  /** @throws Error when a worker cannot be started or its port is taken. */
  static async create(options: WorkerPoolOptions, logger: Logger): Promise<WorkerPool> {
    const pool = new WorkerPool(options, logger);
    try {
      await Promise.all(Array.from({ length: options.count }, (_, index) => pool.#spawn(index)));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions, logger: Logger) {
    super();
    this.#options = options;
    this.#logger = logger;
  }

  /** Live workers, in the order of their ports. */
  get workers(): readonly MediaWorker[] {
    return [...this.#workers.values()].sort((a, b) => a.index - b.index);
  }

  /** How many workers have died since the start. */
  get deaths(): number {
    return this.#deaths;
  }

  /** @throws AppError NO_CAPACITY when no worker is alive. */
  leastLoaded(): MediaWorker {
    let choice: MediaWorker | undefined;
    for (const worker of this.#workers.values()) {
      if (!choice || worker.load < choice.load) choice = worker;
    }
    if (!choice) throw new AppError('NO_CAPACITY');
    return choice;
  }

  /** The least loaded worker, waiting up to `timeoutMs` for one to be alive. */
  async waitForWorker(timeoutMs: number): Promise<MediaWorker> {
    if (this.#workers.size > 0) return this.leastLoaded();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#timers.delete(timer);
        this.off('worker-ready', ready);
      };
      const ready = (worker: MediaWorker): void => {
        done();
        resolve(worker);
      };
      const timer = setTimeout(() => {
        done();
        reject(new AppError('NO_CAPACITY'));
      }, timeoutMs);
      this.#timers.add(timer);
      this.on('worker-ready', ready);
    });
  }

  /** Closes every worker and with it everything they hold. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const { worker } of this.#workers.values()) worker.close();
    this.#workers.clear();
    this.removeAllListeners();
  }

  async #spawn(index: number): Promise<void> {
    const worker = await createWorkerWithoutSignalHandlers({ logLevel: this.#options.logLevel });
    try {
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: this.#options.listen.flatMap((address) =>
          (['udp', 'tcp'] as const).map((protocol) => ({
            protocol,
            port: this.#portOf(index),
            ...address,
          })),
        ),
      });
      if (this.#closed) {
        worker.close();
        return;
      }
      this.#adopt({ index, pid: worker.pid, worker, webRtcServer, load: 0 });
    } catch (error) {
      worker.close();
      throw new Error(
        `media worker ${index} cannot use port ${this.#portOf(index)} (UDP and TCP) on ${this.#options.listen.map(({ ip }) => ip).join(', ')}: ${String(error)}`,
        { cause: error },
      );
    }
  }

  #portOf(index: number): number {
    const { basePort } = this.#options;
    return basePort === 0 ? 0 : basePort + index;
  }

  #adopt(media: MediaWorker): void {
    const { worker, index, pid } = media;
    const startedAt = Date.now();
    this.#workers.set(index, media);
    const watchdog = this.#watch(media);
    worker.on('died', (error) => {
      clearInterval(watchdog);
      this.#timers.delete(watchdog);
      if (this.#closed) return;
      this.#workers.delete(index);
      this.#deaths += 1;
      this.#logger.error({ workerIndex: index, pid, reason: error.message }, 'media worker died');
      this.#respawn(index, Date.now() - startedAt > HEALTHY_AFTER_MS ? 0 : 1);
      this.emit('worker-died', media);
    });
    this.#logger.info({ workerIndex: index, pid, port: this.#portOf(index) }, 'media worker ready');
    this.emit('worker-ready', media);
  }

  #respawn(index: number, attempt: number): void {
    const delay = RESPAWN_DELAYS_MS[Math.min(attempt, RESPAWN_DELAYS_MS.length - 1)];
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#spawn(index).catch((error: unknown) => {
        if (this.#closed) return;
        this.#logger.error({ workerIndex: index, err: error }, 'media worker did not start');
        this.#respawn(index, attempt + 1);
      });
    }, delay);
    this.#timers.add(timer);
  }

  /** A worker that stops answering holds its meetings hostage: kill it, so that `died` replaces it. */
  #watch({ worker, index, pid }: MediaWorker): NodeJS.Timeout {
    let unanswered = 0;
    const timer = setInterval(() => {
      if (unanswered >= WATCHDOG_MISSES) {
        this.#logger.error({ workerIndex: index, pid }, 'media worker hangs: killing it');
        clearInterval(timer);
        process.kill(pid, 'SIGKILL');
        return;
      }
      unanswered += 1;
      worker.getResourceUsage().then(
        () => (unanswered = 0),
        // A closed worker is reported by `died`.
        () => undefined,
      );
    }, WATCHDOG_INTERVAL_MS);
    this.#timers.add(timer);
    return timer;
  }
}

/**
 * mediasoup closes its workers when this process gets SIGINT or SIGTERM, which would cut every
 * meeting before the server has told anyone. Shutting down in order is the server's own task.
 */
async function createWorkerWithoutSignalHandlers(
  settings: types.WorkerSettings,
): Promise<types.Worker> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  const pending = createWorker(settings);
  signals.forEach((signal, position) => {
    for (const listener of process.listeners(signal)) {
      if (!before[position]?.has(listener)) process.off(signal, listener);
    }
  });
  return pending;
}
