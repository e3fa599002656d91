import { EventEmitter } from 'node:events';
import type { Logger } from '../core/logger.ts';
import type { Mesh, MeshEvents } from './Mesh.ts';
import type { NodeInfo, NodeRegistry } from './NodeRegistry.ts';

interface FailureDetectorEvents {
  /**
   * The node is gone, as the registry knows by now if it can be reached. Once for each instance,
   * unless it comes back because the verdict was wrong.
   */
  dead: [instanceId: string];
  /** The node lives, and this one cannot reach it. */
  partitioned: [instanceId: string];
  /** A node that was cut off from this one can be reached again. */
  healed: [instanceId: string];
}

/** What is known of a node whose link is silent. */
export interface Evidence {
  /** Since its link was found silent. */
  silentForMs: number;
  /** Since its last heartbeat, by the registry's clock; null when the registry has no such node. */
  heartbeatAgeMs: number | null;
  isRegistryReachable: boolean;
}

/** Two heartbeats, one a second, have failed to come. */
const HEARTBEAT_LATE_MS = 2_500;
/**
 * Heartbeats of a node that died with its link are late within this time, as the registry is read: a link
 * counts as silent when it has been so for seconds.
 */
const PATIENCE_MS = 2_500;
const CHECK_MS = 250;
/** How often a node that is cut off is dialled, so that the end of the partition is noticed. */
const PROBE_MS = 2_000;
/** Answered by every node that lives. */
export const PROBE = 'failure-detector:probe';

/**
 * Silence on two independent ways is death; silence on one is a broken network. While the registry
 * is away its heartbeats say nothing, and nobody is declared dead for silence.
 */
export function judge(
  { silentForMs, heartbeatAgeMs, isRegistryReachable }: Evidence,
  patienceMs = PATIENCE_MS,
): 'dead' | 'partitioned' | 'undecided' {
  const heartbeatsStopped = heartbeatAgeMs === null || heartbeatAgeMs > HEARTBEAT_LATE_MS;
  if (isRegistryReachable && heartbeatsStopped) return 'dead';
  return silentForMs > patienceMs ? 'partitioned' : 'undecided';
}

/** A node whose link is silent. */
interface Suspect {
  /** By the monotonic clock. */
  since: number;
  partitioned: boolean;
  /** When it was last dialled; null while that dial is under way. */
  probedAt: number | null;
}

/**
 * Tells which nodes are gone, faster than their heartbeats run out: at once when their address
 * refuses connections, after a few seconds when they are silent in the mesh and in the registry.
 */
export class FailureDetector extends EventEmitter<FailureDetectorEvents> {
  readonly #mesh: Mesh;
  readonly #registry: NodeRegistry;
  readonly #logger: Logger;
  readonly #patienceMs: number;
  readonly #suspects = new Map<string, Suspect>();
  /** Judged, and not told to everybody yet. */
  readonly #dying = new Set<string>();
  readonly #dead = new Set<string>();
  /** Nodes whose link is open. */
  readonly #linked = new Set<string>();
  /** Those that the registry knows no more, and whose link is open. */
  readonly #forgotten = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param patienceMs after which silence in the mesh alone is a broken network; 4 s */
  constructor(mesh: Mesh, registry: NodeRegistry, logger: Logger, patienceMs = PATIENCE_MS) {
    super();
    this.#mesh = mesh;
    this.#registry = registry;
    this.#logger = logger;
    this.#patienceMs = patienceMs;
    mesh.serve(PROBE, () => null);
    mesh.on('link-down', this.#onLinkDown);
    mesh.on('link-up', this.#onLinkUp);
    registry.on('left', this.#onLeft);
    registry.on('joined', this.#onJoined);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#mesh.off('link-down', this.#onLinkDown);
    this.#mesh.off('link-up', this.#onLinkUp);
    this.#registry.off('left', this.#onLeft);
    this.#registry.off('joined', this.#onJoined);
    this.removeAllListeners();
  }

  readonly #onLinkDown = (...[instanceId, how]: MeshEvents['link-down']): void => {
    this.#linked.delete(instanceId);
    if (this.#forgotten.delete(instanceId)) {
      this.#tellDead(instanceId);
      return;
    }
    if (this.#dead.has(instanceId) || this.#dying.has(instanceId)) return;
    switch (how) {
      case 'refused':
        void this.#bury(instanceId, 'its address refuses connections');
        return;
      case 'silent':
        if (this.#suspects.has(instanceId)) return;
        this.#suspects.set(instanceId, {
          since: performance.now(),
          partitioned: false,
          probedAt: performance.now(),
        });
        this.#timer ??= setInterval(() => this.#check(), CHECK_MS);
        this.#check();
        return;
      case 'closed':
    }
  };

  readonly #onLinkUp = (instanceId: string): void => {
    this.#linked.add(instanceId);
    const suspect = this.#suspects.get(instanceId);
    this.#acquit(instanceId);
    if (!suspect?.partitioned) return;
    this.#logger.info({ instanceId }, 'node can be reached again');
    this.emit('healed', instanceId);
  };

  readonly #onLeft = (instanceId: string): void => {
    // It has lost the registry and nothing else, or is about to close: its link tells which.
    if (this.#linked.has(instanceId) && !this.#dying.has(instanceId)) {
      this.#forgotten.add(instanceId);
    } else this.#tellDead(instanceId);
  };

  /** It was declared dead and was not: it can die again. */
  readonly #onJoined = ({ instanceId }: NodeInfo): void => {
    this.#dead.delete(instanceId);
    this.#forgotten.delete(instanceId);
  };

  #check(): void {
    for (const [instanceId, suspect] of [...this.#suspects]) {
      const evidence = {
        silentForMs: performance.now() - suspect.since,
        heartbeatAgeMs: this.#registry.find(instanceId)?.silentMs ?? null,
        isRegistryReachable: this.#registry.isReachable,
      };
      const verdict = judge(evidence, this.#patienceMs);
      if (verdict === 'dead') {
        void this.#bury(instanceId, 'it is silent, and so are its heartbeats');
      } else if (verdict === 'partitioned') {
        this.#treatAsPartitioned(instanceId, suspect);
      }
    }
  }

  #treatAsPartitioned(instanceId: string, suspect: Suspect): void {
    if (!suspect.partitioned) {
      suspect.partitioned = true;
      this.#logger.warn({ instanceId }, 'node lives and cannot be reached');
      this.emit('partitioned', instanceId);
    }
    if (suspect.probedAt === null || performance.now() - suspect.probedAt < PROBE_MS) return;
    suspect.probedAt = null;
    this.#mesh
      .call(instanceId, PROBE, null)
      // Its link tells.
      .catch(() => undefined)
      .finally(() => (suspect.probedAt = performance.now()));
  }

  /** Others hear of the death when the registry knows: only then can they take over what it had. */
  async #bury(instanceId: string, reason: string): Promise<void> {
    this.#acquit(instanceId);
    this.#dying.add(instanceId);
    this.#logger.warn({ instanceId, reason }, 'node is dead');
    try {
      await this.#registry.declareDead(instanceId);
    } catch (error) {
      // It forgets the node by itself once no heartbeat comes.
      this.#logger.warn({ err: error, instanceId }, 'death not recorded');
    }
    // Unless the registry has told it already: then the node may be there again.
    if (this.#dying.has(instanceId)) this.#tellDead(instanceId);
  }

  #tellDead(instanceId: string): void {
    this.#acquit(instanceId);
    this.#dying.delete(instanceId);
    if (this.#closed || this.#dead.has(instanceId)) return;
    this.#dead.add(instanceId);
    this.emit('dead', instanceId);
  }

  #acquit(instanceId: string): void {
    this.#suspects.delete(instanceId);
    if (this.#suspects.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
