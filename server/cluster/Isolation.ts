import { EventEmitter } from 'node:events';
import type { Logger } from '../core/logger.ts';
import { PROBE } from './FailureDetector.ts';
import { MeshTimeoutError, UnreachableError, type Mesh } from './Mesh.ts';
import type { NodeRegistry } from './NodeRegistry.ts';

interface IsolationEvents {
  /** The registry and every other node are silent: the fault is on this side. */
  isolated: [];
}

const CHECK_MS = 500;
/** As long as other nodes need to find this one dead; a restart of the registry takes less. */
const PATIENCE_MS = 4_000;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Finds out that this node is the one that is cut off. Others take its meetings over then, and its
 * clients would stay behind in what is left of them. Nodes that are gone do not count as silent: once
 * nobody else is there, nobody can take anything over.
 */
export class Isolation extends EventEmitter<IsolationEvents> {
  readonly #mesh: Mesh;
  readonly #registry: NodeRegistry;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  readonly #asked = new Set<string>();
  /** By the monotonic clock: when the registry or another node was heard last. */
  #heardAt = performance.now();
  #isolated = false;

  constructor(mesh: Mesh, registry: NodeRegistry, logger: Logger) {
    super();
    this.#mesh = mesh;
    this.#registry = registry;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  get isIsolated(): boolean {
    return this.#isolated;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.removeAllListeners();
  }

  #check(): void {
    const { self, nodes, isReachable } = this.#registry;
    const others = nodes.filter(({ instanceId }) => instanceId !== self.instanceId);
    if (isReachable || others.length === 0) {
      this.#hear();
      return;
    }
    for (const { instanceId } of others) this.#ask(instanceId);
    if (this.#isolated || performance.now() - this.#heardAt < PATIENCE_MS) return;
    this.#isolated = true;
    this.#logger.warn('this node is cut off from the registry and from all others');
    this.emit('isolated');
  }

  #ask(instanceId: string): void {
    if (this.#asked.has(instanceId)) return;
    this.#asked.add(instanceId);
    this.#mesh
      .call(instanceId, PROBE, null, { timeoutMs: PROBE_TIMEOUT_MS })
      .then(
        () => this.#hear(),
        (error: unknown) => {
          // A refusal is an answer, too.
          if (!isSilence(error)) this.#hear();
        },
      )
      .finally(() => this.#asked.delete(instanceId));
  }

  #hear(): void {
    this.#heardAt = performance.now();
    if (!this.#isolated) return;
    this.#isolated = false;
    this.#logger.info('this node is heard again');
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof UnreachableError || error instanceof MeshTimeoutError;
}
