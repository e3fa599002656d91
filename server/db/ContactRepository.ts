import type { Knex } from 'knex';
import type { PersonView } from '../../protocol/people.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import type { ContactOutcome, ContactRecord, ContactStore, Page } from '../people/stores.ts';
import { lockPair } from './lockPair.ts';
import { mapPerson, mapProfile, type ProfileRow } from './PeopleRepository.ts';

/** Of somebody, with the other one of each; halves of a union, since each has an index. */
const PAIRS = `(
  SELECT high_id AS other_id, requested_by, since FROM contacts WHERE low_id = ?
  UNION ALL
  SELECT low_id, requested_by, since FROM contacts WHERE high_id = ?
) AS pairs`;

/** Keeps contacts and requests in PostgreSQL or PGlite. */
export class ContactRepository implements ContactStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async list(
    userId: string,
    { before, limit }: Page,
  ): Promise<{ contacts: ContactRecord[]; next: string | null }> {
    const cursor = before === undefined ? null : decodeCursor(before);
    const { rows } = await this.#db.raw<{ rows: ContactRow[] }>(
      `SELECT users.id, name, about, avatar_id, last_seen, requested_by, since
         FROM ${PAIRS} JOIN users ON users.id = other_id
         ${cursor ? 'WHERE (since, other_id) < (?, ?)' : ''}
         ORDER BY since DESC, other_id DESC LIMIT ?`,
      [...[userId, userId], ...(cursor ? [new Date(cursor.createdAt), cursor.id] : []), limit + 1],
    );
    const contacts = rows.slice(0, limit).map((row) => mapContact(row, userId));
    const last = contacts.at(-1);
    const next = last && { createdAt: last.since, id: last.person.id };
    return { contacts, next: rows.length > limit && next ? encodeCursor(next) : null };
  }

  async findContact(userId: string, otherId: string): Promise<ContactRecord | null> {
    const { rows } = await this.#db.raw<{ rows: ContactRow[] }>(
      `SELECT users.id, name, about, avatar_id, last_seen, requested_by, since
         FROM contacts JOIN users ON users.id = ?
         WHERE low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)`,
      [otherId, userId, otherId, userId, otherId],
    );
    return rows[0] ? mapContact(rows[0], userId) : null;
  }

  async request(
    userId: string,
    otherId: string,
    now: number,
    most: number,
  ): Promise<ContactOutcome> {
    return this.#db.transaction(async (transaction) => {
      if (!(await lockPair(transaction, userId, otherId))) return 'unknown';
      if (await isApart(transaction, userId, otherId)) return 'unknown';
      const agreed = await agree(transaction, userId, otherId, now);
      if (agreed) return 'changed';
      const { rows } = await transaction.raw<{ rows: { id: string; count: string | number }[] }>(
        `SELECT users.id, (SELECT count(*) FROM contacts WHERE low_id = users.id OR high_id = users.id)
           FROM users WHERE id = ANY(?)`,
        [[userId, otherId]],
      );
      const isFull = rows.some(({ count }) => Number(count) >= most);
      const known = await transaction.raw<{ rows: unknown[] }>(
        `SELECT 1 FROM contacts
           WHERE low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)`,
        [userId, otherId, userId, otherId],
      );
      if (known.rows.length > 0) return 'same';
      if (isFull) return 'full';
      await transaction.raw(
        `INSERT INTO contacts (low_id, high_id, requested_by, since)
           VALUES (LEAST(?::text, ?::text), GREATEST(?::text, ?::text), ?, ?)`,
        [userId, otherId, userId, otherId, userId, new Date(now)],
      );
      return 'changed';
    });
  }

  async accept(userId: string, otherId: string, now: number): Promise<ContactOutcome> {
    return this.#db.transaction(async (transaction) => {
      if (!(await lockPair(transaction, userId, otherId))) return 'unknown';
      if (await agree(transaction, userId, otherId, now)) return 'changed';
      const { rows } = await transaction.raw<{ rows: unknown[] }>(
        `SELECT 1 FROM contacts WHERE requested_by IS NULL
           AND low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)`,
        [userId, otherId, userId, otherId],
      );
      return rows.length > 0 ? 'same' : 'unknown';
    });
  }

  async remove(userId: string, otherId: string): Promise<boolean> {
    return this.#db.transaction(async (transaction) => {
      await lockPair(transaction, userId, otherId);
      const { rows } = await transaction.raw<{ rows: unknown[] }>(
        `DELETE FROM contacts
           WHERE low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)
           RETURNING low_id`,
        [userId, otherId, userId, otherId],
      );
      return rows.length > 0;
    });
  }

  async contactIds(userId: string): Promise<string[]> {
    const { rows } = await this.#db.raw<{ rows: { other_id: string }[] }>(
      `SELECT other_id FROM ${PAIRS} WHERE requested_by IS NULL`,
      [userId, userId],
    );
    return rows.map(({ other_id }) => other_id);
  }

  async pairedIds(userId: string): Promise<string[]> {
    const { rows } = await this.#db.raw<{ rows: { other_id: string }[] }>(
      `SELECT other_id FROM ${PAIRS}`,
      [userId, userId],
    );
    return rows.map(({ other_id }) => other_id);
  }

  async listBlocked(
    userId: string,
    { before, limit }: Page,
  ): Promise<{ people: PersonView[]; next: string | null }> {
    const cursor = before === undefined ? null : decodeCursor(before);
    const { rows } = await this.#db.raw<{ rows: (ProfileRow & { since: Date })[] }>(
      `SELECT id, name, about, avatar_id, blocks.created_at AS since
         FROM blocks JOIN users ON users.id = blocked_id
         WHERE user_id = ? ${cursor ? 'AND (blocks.created_at, blocked_id) < (?, ?)' : ''}
         ORDER BY blocks.created_at DESC, blocked_id DESC LIMIT ?`,
      [userId, ...(cursor ? [new Date(cursor.createdAt), cursor.id] : []), limit + 1],
    );
    const last = rows.slice(0, limit).at(-1);
    const next = last && { createdAt: last.since.getTime(), id: last.id };
    return {
      people: rows.slice(0, limit).map(mapPerson),
      next: rows.length > limit && next ? encodeCursor(next) : null,
    };
  }
}

interface ContactRow extends ProfileRow {
  requested_by: string | null;
  since: Date;
  last_seen: Date | null;
}

function mapContact(row: ContactRow, userId: string): ContactRecord {
  const requester = row.requested_by;
  return {
    person: mapProfile(row),
    state: requester === null ? 'contact' : requester === userId ? 'requested' : 'incoming',
    since: row.since.getTime(),
    lastSeen: row.last_seen?.getTime() ?? null,
  };
}

async function isApart(
  transaction: Knex.Transaction,
  userId: string,
  otherId: string,
): Promise<boolean> {
  const { rows } = await transaction.raw<{ rows: unknown[] }>(
    `SELECT 1 FROM blocks
       WHERE (user_id = ? AND blocked_id = ?) OR (user_id = ? AND blocked_id = ?)`,
    [userId, otherId, otherId, userId],
  );
  return rows.length > 0;
}

/** Makes a contact of what the other one has asked for. @returns false where they have not */
async function agree(
  transaction: Knex.Transaction,
  userId: string,
  otherId: string,
  now: number,
): Promise<boolean> {
  const { rows } = await transaction.raw<{ rows: unknown[] }>(
    `UPDATE contacts SET requested_by = NULL, since = ?
       WHERE low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)
         AND requested_by = ?
       RETURNING low_id`,
    [new Date(now), userId, otherId, userId, otherId, otherId],
  );
  return rows.length > 0;
}
