import type { NodeInfo } from '../cluster/NodeRegistry.ts';
import { AppError } from '../core/AppError.ts';
import { nearestFree } from '../meetings/chooseOwner.ts';

/**
 * Which node a meeting moves to: the one that is wanted, or another one of its region with the fewest meetings.
 * @throws AppError INVALID_STATE when that node is not to get it, NO_CAPACITY when there is no other
 */
export function chooseSuccessor(
  nodes: readonly NodeInfo[],
  owner: string,
  wanted: string | undefined,
): string {
  if (wanted === owner) {
    throw new AppError('INVALID_STATE', { message: 'This node owns the meeting already.' });
  }
  const fit = nodes.filter(
    ({ instanceId, roles, mark }) =>
      instanceId !== owner && roles.includes('signaling') && mark === 'ready',
  );
  if (wanted !== undefined) {
    if (fit.some(({ instanceId }) => instanceId === wanted)) return wanted;
    throw new AppError('INVALID_STATE', {
      message: 'Only a signaling node that is ready can get a meeting.',
    });
  }
  const region = nodes.find(({ instanceId }) => instanceId === owner)?.region ?? null;
  const first = nearestFree(fit, region);
  if (!first)
    throw new AppError('NO_CAPACITY', { message: 'There is no other node to move it to.' });
  return first.instanceId;
}
