import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeInfo, NodeRegistry } from '../cluster/NodeRegistry.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaNode } from '../media/MediaNode.ts';

export interface MediaDrainDeps {
  media: Pick<MediaNode, 'stats' | 'evict'>;
  registry: Pick<NodeRegistry, 'mark' | 'self' | 'nodes' | 'on' | 'off'>;
  /** Milliseconds from the mark until what is left is cut. */
  timeoutMs: number;
  logger: Logger;
}

const LOOK_MS = 100;
const RETRY_MS = 1_000;
/** A registry that is behind by some heartbeats knows of everybody again after that. */
const HOPELESS_MS = 5_000;

/**
 * While this node is marked as draining, the owners of meetings move away what it carries. Here it is
 * seen to that this ends: what is left at the deadline is cut, and its owners begin it anew elsewhere.
 */
export class MediaDrain {
  readonly #deps: MediaDrainDeps;
  #deadline: NodeJS.Timeout | undefined;
  /** The process is to end: nobody can have it back. */
  #leaving = false;
  readonly #onMarked = ({ instanceId, mark }: NodeInfo): void => {
    if (instanceId !== this.#deps.registry.self.instanceId) return;
    if (mark === 'draining') this.#begin();
    else if (this.#leaving) void this.#mark();
    else this.#end();
  };

  constructor(deps: MediaDrainDeps) {
    this.#deps = deps;
    deps.registry.on('marked', this.#onMarked);
  }

  /**
   * For a node that is to stop: settles when it carries nothing any more, which is at the deadline or
   * when `hurry` is aborted at the latest, and soon where nobody could take anything. Never rejects.
   */
  async leave(hurry: AbortSignal): Promise<void> {
    const { media, logger } = this.#deps;
    this.#leaving = true;
    this.#begin();
    void this.#mark();
    let hopefulAt = performance.now();
    while (media.stats().routers > 0 && !hurry.aborted) {
      if (this.#hasTakers()) hopefulAt = performance.now();
      if (performance.now() - hopefulAt > HOPELESS_MS) break;
      await sleep(LOOK_MS, undefined, { signal: hurry }).catch(() => undefined);
    }
    const { routers, participants } = media.stats();
    if (routers === 0) logger.info('drained');
    else {
      logger.warn({ routers, participants, hurried: hurry.aborted }, 'not drained: media is cut');
      media.evict();
    }
  }

  close(): void {
    this.#deps.registry.off('marked', this.#onMarked);
    clearTimeout(this.#deadline);
    this.#leaving = false;
  }

  #begin(): void {
    if (this.#deadline) return;
    const { media, timeoutMs, logger } = this.#deps;
    const { routers, participants } = media.stats();
    logger.info({ timeoutMs, routers, participants }, 'draining');
    this.#deadline = setTimeout(() => this.#expire(), timeoutMs);
  }

  /** It is to keep what it has left. */
  #end(): void {
    if (!this.#deadline) return;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#deps.logger.info('not draining any more');
  }

  /** Cuts what is left, where it can be begun anew; looks again for what comes from owners that know of no drain yet. */
  #expire(): void {
    const { media, logger } = this.#deps;
    const { routers, participants } = media.stats();
    if (routers > 0 && (this.#leaving || this.#isRoomElsewhere())) {
      logger.warn({ routers, participants }, 'not drained in time: media is cut');
      media.evict();
    }
    this.#deadline = setTimeout(() => this.#expire(), RETRY_MS);
  }

  /** As often as it takes: the registry may be away, or an operator may want the node back. */
  async #mark(): Promise<void> {
    const { registry, logger } = this.#deps;
    while (this.#leaving) {
      try {
        await registry.mark(registry.self.instanceId, 'draining');
        return;
      } catch (error) {
        logger.warn({ err: error }, 'not marked as draining yet');
        await sleep(RETRY_MS);
      }
    }
  }

  /** Whether owners are there, and a place to which they could move anything. */
  #hasTakers(): boolean {
    const owners = this.#others.some(({ roles }) => roles.includes('signaling'));
    return owners && this.#isRoomElsewhere();
  }

  #isRoomElsewhere(): boolean {
    return this.#others.some(({ roles, mark }) => roles.includes('media') && mark === 'ready');
  }

  get #others(): NodeInfo[] {
    const { registry } = this.#deps;
    return registry.nodes.filter(({ instanceId }) => instanceId !== registry.self.instanceId);
  }
}
