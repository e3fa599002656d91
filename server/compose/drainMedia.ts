import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaNode } from '../media/MediaNode.ts';

interface DrainOptions {
  media: Pick<MediaNode, 'stats'>;
  registry: Pick<NodeRegistry, 'mark' | 'self'>;
  /** Gives the meetings that this node owns to others. */
  handOver: () => Promise<void>;
  timeoutMs: number;
  /** Aborted when nobody wants to wait any longer. */
  hurry?: AbortSignal | undefined;
  logger: Logger;
}

const LOOK_MS = 100;
const RETRY_MS = 1_000;

/**
 * Marks this node as draining, so that the owners of meetings move what is here, and waits until
 * nothing is left. What is left in the end is lost with the node. Never rejects.
 */
export async function drainMedia(options: DrainOptions): Promise<void> {
  const { media, handOver, timeoutMs, hurry, logger } = options;
  const until = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(hurry ? [hurry] : [])]);
  logger.info({ timeoutMs }, 'draining');
  await markDraining(options, until);
  // Cut short only with the process itself: whoever owns a meeting must let go of it.
  await handOver().catch((error: unknown) => {
    logger.error({ err: error }, 'meetings were not handed over');
  });
  while (media.stats().meetings > 0 && !until.aborted) await pause(LOOK_MS, until);
  const { meetings, participants } = media.stats();
  if (meetings === 0) logger.info('drained');
  else logger.warn({ meetings, participants }, 'not drained in time');
}

/** Tried again while the registry cannot be reached. */
async function markDraining({ registry, logger }: DrainOptions, until: AbortSignal) {
  while (!until.aborted) {
    try {
      await registry.mark(registry.self.instanceId, 'draining');
      return;
    } catch (error) {
      logger.warn({ err: error }, 'not marked as draining yet');
      await pause(RETRY_MS, until);
    }
  }
}

function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (until.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      until.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    until.addEventListener('abort', end);
  });
}
