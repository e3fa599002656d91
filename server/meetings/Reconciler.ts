import { KeyedQueue } from '../cluster/KeyedQueue.ts';
import type { LeaseStore } from '../cluster/LeaseStore.ts';
import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { chooseOwner } from './chooseOwner.ts';
import type { MeetingManager } from './MeetingManager.ts';
import type { AdmissionStore, ParticipantStore } from './stores.ts';

export interface ReconcilerDeps {
  manager: Pick<MeetingManager, 'find' | 'open'>;
  leases: LeaseStore;
  registry: NodeRegistry;
  participants: Pick<ParticipantStore, 'meetingsWithOpen'>;
  admissions: Pick<AdmissionStore, 'meetings'>;
  logger: Logger;
  intervalMs?: number;
}

const INTERVAL_MS = 30_000;

/**
 * Finds meetings that somebody is in, waits for, or may come back to, and that nobody owns: their
 * owner was killed, or the whole server was. They come to life here, and take the course of every
 * meeting: whoever does not come back in time has left, and an empty one forgets and closes.
 */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #queue: KeyedQueue;
  readonly #look = (): void => this.#queue.add('look', () => this.#lookForOrphans());
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    this.#queue = new KeyedQueue({ logger: deps.logger });
  }

  /** Meetings that are being looked after. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Looks at once, whenever a node is gone or the registry is back, and every now and then. */
  start(): void {
    const { registry, intervalMs = INTERVAL_MS } = this.#deps;
    registry.on('left', this.#look);
    registry.on('reachable', this.#look);
    this.#timer = setInterval(this.#look, intervalMs);
    this.#look();
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#deps.registry.off('left', this.#look);
    this.#deps.registry.off('reachable', this.#look);
    this.#queue.close();
  }

  async #lookForOrphans(): Promise<void> {
    const { manager, participants, admissions } = this.#deps;
    const [occupied, expected] = await Promise.all([
      participants.meetingsWithOpen(),
      admissions.meetings(),
    ]);
    for (const meetingId of new Set([...occupied, ...expected])) {
      if (!manager.find(meetingId)) this.#queue.add(meetingId, () => this.#adopt(meetingId));
    }
  }

  async #adopt(meetingId: string): Promise<void> {
    const { leases, manager, registry, logger } = this.#deps;
    const { instanceId: self } = registry.self;
    // One that gives its meetings away does not take them back: whoever may looks for them, too.
    if (chooseOwner(registry.nodes, self) !== self) return;
    const lease = await leases.find(meetingId);
    // One of this node's own that it does not have was not given up, or its answer was lost.
    if (lease && lease.owner !== self) return;
    try {
      const { epoch } = await manager.open(meetingId);
      logger.info({ meetingId, epoch }, 'a meeting without an owner was taken over');
    } catch (error) {
      // What was left of one that is over is gone now.
      if (!(error instanceof AppError) || error.code !== 'ENDED') throw error;
    }
  }
}
