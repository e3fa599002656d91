import type { LeaseStore } from '../cluster/LeaseStore.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaNode } from '../media/MediaNode.ts';
import { operation } from '../meetings/ownerOperations.ts';
import type { Releases } from './Releases.ts';

const INTERVAL_MS = 15_000;
/** No owner has been heard of for this long. */
const SILENCE_MS = 60_000;

/**
 * Closes media whose owner does not know of it any more: nobody owns the meeting, or a later owner
 * does that has never asked this node. Only while the registry answers: without it nobody can tell.
 */
export function collectOrphans(
  media: MediaNode,
  { leases, mesh, registry }: { leases: LeaseStore; mesh: Mesh; registry: NodeRegistry },
  logger: Logger,
  releases: Releases,
): void {
  /** An owner that has lost nothing but the registry still has its meetings. */
  const isOwned = async (meetingId: string, epoch: number, owner: string): Promise<boolean> => {
    const question = { meetingId, epoch, args: null };
    return mesh.call(owner, operation('occupancy'), question).then(
      () => true,
      () => false,
    );
  };
  const isOrphan = async (meetingId: string, epoch: number, owner: string | null) => {
    const lease = await leases.find(meetingId);
    if (lease) return lease.epoch > epoch;
    return owner === null || !(await isOwned(meetingId, epoch, owner));
  };
  const look = async (): Promise<void> => {
    const orphans = new Set<string>();
    for (const { meetingId, epoch, owner } of media.silentMeetings(SILENCE_MS)) {
      if (!registry.isReachable) return;
      if (await isOrphan(meetingId, epoch, owner)) orphans.add(meetingId);
    }
    if (orphans.size === 0) return;
    const closed = media.closeOrphans((meetingId) => !orphans.has(meetingId));
    logger.info({ meetings: closed }, 'media closed that nobody owns');
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => logger.warn({ err: error }, 'orphans are looked for later'));
  }, INTERVAL_MS);
  releases.push('orphans', () => clearInterval(timer));
}
