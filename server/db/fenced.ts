import type { Knex } from 'knex';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Fence } from '../meetings/stores.ts';

/**
 * Runs a write of a meeting's owner unless another owner has taken over. The row is locked until the
 * write is done: an owner that takes over waits for it, and reads it.
 * @param how `alone`: what is read before it is written must not change in between
 * @throws StaleEpochError
 */
export function fenced<T>(
  db: Knex,
  fence: Fence,
  write: (transaction: Knex.Transaction) => Promise<T>,
  how: 'beside others' | 'alone' = 'beside others',
): Promise<T> {
  return db.transaction(async (transaction) => {
    const owned = transaction('meetings')
      .where({ id: fence.meetingId })
      .where('owner_epoch', '<=', fence.epoch)
      .first('id');
    assertOwned(await (how === 'alone' ? owned.forUpdate() : owned.forShare()), fence);
    return write(transaction);
  });
}

/**
 * The same for a statement that must not cost more than one: `OWNED` as its first part, whose values
 * are `ownedValues(fence)`, and `assertOwned` for the row that it selects at the end.
 */
export const OWNED = `owned AS (
  SELECT id FROM meetings WHERE id = ? AND owner_epoch <= ? FOR SHARE
)`;

export function ownedValues({ meetingId, epoch }: Fence): [string, number] {
  return [meetingId, epoch];
}

/** @throws StaleEpochError without a row */
export function assertOwned(row: unknown, { meetingId, epoch }: Fence): void {
  if (row === undefined) throw new StaleEpochError(meetingId, epoch);
}
