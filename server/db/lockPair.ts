import type { Knex } from 'knex';

/**
 * From here to the end of the transaction nobody else changes what two people are to each other, and
 * neither account is deleted.
 * @returns whether both are accounts
 */
export async function lockPair(
  transaction: Knex.Transaction,
  userId: string,
  otherId: string,
): Promise<boolean> {
  await transaction.raw(
    `SELECT pg_advisory_xact_lock(hashtextextended(LEAST(?::text, ?::text) || ' ' || GREATEST(?::text, ?::text), 0))`,
    [userId, otherId, userId, otherId],
  );
  const { rows } = await transaction.raw<{ rows: unknown[] }>(
    `SELECT id FROM users WHERE id = ANY(?) AND kind = 'account' ORDER BY id FOR SHARE`,
    [[userId, otherId]],
  );
  return rows.length === 2;
}
