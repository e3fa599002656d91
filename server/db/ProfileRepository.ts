import type { Knex } from 'knex';
import type { ProfileView } from '../../protocol/people.ts';
import type { PictureStore } from '../meetings/stores.ts';
import type { DirectorySearch, ProfileChange, ProfileStore } from '../people/stores.ts';
import { addressInMeetings, versionOf } from './avatarAddresses.ts';
import { mapProfile, type ProfileRow } from './PeopleRepository.ts';

const COLUMNS = ['id', 'name', 'about', 'avatar_id'] as const;

/** Keeps what people say of themselves in PostgreSQL or PGlite. */
export class ProfileRepository implements ProfileStore, PictureStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async findProfile(userId: string): Promise<ProfileView | null> {
    const row = await this.#db('users')
      .where({ id: userId, kind: 'account' })
      .first<ProfileRow | undefined>(...COLUMNS);
    return row ? mapProfile(row) : null;
  }

  async search(
    userId: string,
    { text, byName, before, limit }: DirectorySearch,
  ): Promise<{ people: ProfileView[]; next: string | null }> {
    const words = wordsOf(text);
    const found = ['email = lower(?)', ...(byName ? [`lower(name) LIKE lower(?)`] : [])];
    const values = [text, ...(byName ? [`${escapeLike(text)}%`] : [])];
    if (byName && words !== '') {
      found.push(`to_tsvector('simple', name) @@ to_tsquery('simple', ?)`);
      values.push(words);
    }
    const { rows } = await this.#db.raw<{ rows: ProfileRow[] }>(
      `SELECT id, name, about, avatar_id FROM users
         WHERE kind = 'account' AND id <> ? AND (${found.join(' OR ')})
           AND NOT EXISTS (SELECT 1 FROM blocks
             WHERE (user_id = ? AND blocked_id = users.id) OR (user_id = users.id AND blocked_id = ?))
           ${before === undefined ? '' : 'AND (lower(name), id) > (SELECT lower(name), id FROM users WHERE id = ?)'}
         ORDER BY lower(name), id LIMIT ?`,
      [userId, ...values, userId, userId, ...(before === undefined ? [] : [before]), limit + 1],
    );
    const people = rows.slice(0, limit).map(mapProfile);
    return { people, next: rows.length > limit ? (people.at(-1)?.id ?? null) : null };
  }

  async updateProfile(userId: string, change: ProfileChange): Promise<ProfileView | null> {
    if (Object.keys(change).length === 0) return this.findProfile(userId);
    const [row] = await this.#db('users')
      .where({ id: userId, kind: 'account' })
      .update({ ...change })
      .returning<ProfileRow[]>([...COLUMNS]);
    return row ? mapProfile(row) : null;
  }

  async setAvatar(
    userId: string,
    avatar: { id: string; content: Uint8Array } | null,
  ): Promise<ProfileView | null> {
    return this.#db.transaction(async (transaction) => {
      // First of all: two who set it at once do so one after another.
      const [row] = await transaction('users')
        .where({ id: userId, kind: 'account' })
        .update({ avatar_id: avatar?.id ?? null })
        .returning<ProfileRow[]>([...COLUMNS]);
      if (!row) return null;
      await transaction('avatars').where({ user_id: userId }).delete();
      if (avatar) {
        const { id, content } = avatar;
        await transaction('avatars').insert({ id, user_id: userId, content: Buffer.from(content) });
      }
      return mapProfile(row);
    });
  }

  async moveAvatar(userId: string, avatarId: string): Promise<ProfileView | null> {
    return this.#db.transaction(async (transaction) => {
      const [row] = await transaction('users')
        .where({ id: userId, kind: 'account' })
        .whereNotNull('avatar_id')
        .update({ avatar_id: avatarId })
        .returning<ProfileRow[]>([...COLUMNS]);
      if (!row) return null;
      await transaction('avatars').where({ user_id: userId }).update({ id: avatarId });
      return mapProfile(row);
    });
  }

  async findAvatar(avatarId: string): Promise<Uint8Array | null> {
    const row = await this.#db('avatars')
      .where({ id: avatarId })
      .first<{ content: Uint8Array } | undefined>('content');
    return row?.content ?? null;
  }

  async findAvatarFor(
    viewerId: string,
    userId: string,
    version: string,
  ): Promise<Uint8Array | null> {
    const { rows } = await this.#db.raw<{ rows: { id: string; content: Uint8Array }[] }>(
      `SELECT avatars.id, avatars.content
         FROM avatars JOIN users AS viewer ON viewer.id = :viewerId
         WHERE avatars.user_id = :userId
           AND NOT EXISTS (SELECT FROM blocks
             WHERE (user_id = :userId AND blocked_id = :viewerId)
               OR (user_id = :viewerId AND blocked_id = :userId))
           AND (viewer.kind = 'account' OR EXISTS (
             SELECT FROM participants AS own
               JOIN participants AS theirs ON theirs.meeting_id = own.meeting_id
               WHERE own.user_id = :viewerId AND own.left_at IS NULL
                 AND theirs.user_id = :userId AND theirs.left_at IS NULL))`,
      { viewerId, userId },
    );
    const [row] = rows;
    return row && versionOf(row.id) === version ? row.content : null;
  }

  async picturesOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db('users')
      .whereIn('id', [...userIds])
      .whereNotNull('avatar_id')
      .select<{ id: string; avatar_id: string }[]>('id', 'avatar_id');
    return new Map(rows.map(({ id, avatar_id }) => [id, addressInMeetings(id, avatar_id)]));
  }

  async meetingsWith(userId: string): Promise<string[]> {
    const { rows } = await this.#db.raw<{ rows: { meeting_id: string }[] }>(
      `SELECT meeting_id FROM participants WHERE user_id = :userId AND left_at IS NULL
       UNION
       SELECT meeting_id FROM admissions WHERE user_id = :userId AND state = 'waiting'`,
      { userId },
    );
    return rows.map(({ meeting_id }) => meeting_id);
  }
}

/** As it is, in a pattern. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** The beginnings of the words that a name is to have, as PostgreSQL's text search has them. */
function wordsOf(text: string): string {
  // What is neither a letter nor a digit means something in a query, or nothing in a name.
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.map((word) => `'${word}':*`).join(' & ');
}
