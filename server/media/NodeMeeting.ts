import type { types } from 'mediasoup';
import { AppError } from '../core/AppError.ts';
import type { RouterInventory } from './MediaExecutor.ts';
import {
  MeetingRouter,
  type MeetingRouterListener,
  type MeetingRouterOptions,
} from './MeetingRouter.ts';
import type { MediaWorker, WorkerPool } from './WorkerPool.ts';

/** How long a meeting waits for a worker when none is alive. */
const WORKER_TIMEOUT_MS = 10_000;

interface NodeMeetingDeps {
  pool: WorkerPool;
  codecs: types.RouterRtpCodecCapability[];
  options: MeetingRouterOptions;
  listener: (worker: number) => MeetingRouterListener;
}

/** The routers of one meeting on this node, by their workers. */
export class NodeMeeting {
  readonly #deps: NodeMeetingDeps;
  /** A promise from the moment of the decision, so that two callers never open two on one worker. */
  readonly #opening = new Map<MediaWorker, Promise<MeetingRouter>>();
  readonly #routers = new Map<number, MeetingRouter>();
  #closed = false;

  constructor(deps: NodeMeetingDeps) {
    this.#deps = deps;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get routers(): readonly MeetingRouter[] {
    return [...this.#routers.values()];
  }

  /** Whether nothing is open, nor about to be. */
  get isEmpty(): boolean {
    return this.#routers.size === 0 && this.#opening.size === 0;
  }

  /** @param preferred another worker is taken when this one is dead; null: the least loaded */
  async open(preferred: number | null): Promise<MeetingRouter> {
    for (;;) {
      const worker = await this.#worker(preferred);
      this.#assertOpen();
      try {
        return await this.#openOn(worker);
      } catch (error) {
        // The worker died under the call: another one will take the meeting.
        if (!worker.worker.closed) throw error;
        this.#assertOpen();
      }
    }
  }

  /** @throws AppError INVALID_STATE when there is no router on that worker */
  router(worker: number): MeetingRouter {
    const router = this.#routers.get(worker);
    if (!router) {
      throw new AppError('INVALID_STATE', { message: 'This meeting has no media here now.' });
    }
    return router;
  }

  find(worker: number): MeetingRouter | undefined {
    return this.#routers.get(worker);
  }

  closeRouter(worker: number): void {
    this.#routers.get(worker)?.close();
    this.#routers.delete(worker);
  }

  /** Takes out the router that was on a worker that died. False when there was none. */
  evacuate(dead: MediaWorker): boolean {
    const router = this.#routers.get(dead.index);
    if (router?.worker !== dead) return false;
    this.closeRouter(dead.index);
    return true;
  }

  describe(): RouterInventory[] {
    return this.routers.map((router) => router.describe());
  }

  /** Closes all routers; one that is still being opened closes when it stands. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const worker of [...this.#routers.keys()]) this.closeRouter(worker);
  }

  #assertOpen(): void {
    if (this.#closed) throw new AppError('INVALID_STATE');
  }

  #worker(preferred: number | null): MediaWorker | Promise<MediaWorker> {
    const { pool } = this.#deps;
    const worker = pool.workers.find(({ index }) => index === preferred);
    return worker ?? pool.waitForWorker(WORKER_TIMEOUT_MS);
  }

  #openOn(worker: MediaWorker): Promise<MeetingRouter> {
    const existing = this.#routers.get(worker.index);
    if (existing?.worker === worker) return Promise.resolve(existing);
    const opening = this.#opening.get(worker) ?? this.#create(worker);
    this.#opening.set(worker, opening);
    return opening;
  }

  async #create(worker: MediaWorker): Promise<MeetingRouter> {
    const { codecs, options, listener } = this.#deps;
    try {
      const router = await MeetingRouter.create(worker, codecs, options, listener(worker.index));
      if (this.#closed || worker.worker.closed) {
        router.close();
        throw new AppError('INVALID_STATE');
      }
      this.#routers.set(worker.index, router);
      return router;
    } finally {
      this.#opening.delete(worker);
    }
  }
}
