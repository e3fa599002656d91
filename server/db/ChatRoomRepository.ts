import type { Knex } from 'knex';
import {
  EXCERPT_LENGTH,
  MAX_MEMBERS,
  type ChatRoom,
  type MessageExcerpt,
  type RoomKind,
  type RoomMember,
} from '../../protocol/chat.ts';
import type { Access, ChatRoomStore, Left, NewRoom } from '../chat/stores.ts';
import { AppError } from '../core/AppError.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { ROOM, roomsFor, UNREAD } from './chatAccess.ts';
import { isUniqueViolation } from './errors.ts';

function tooMany(): AppError {
  return new AppError('FULL', { message: `A group has at most ${MAX_MEMBERS} people.` });
}

/** Members that a list of rooms names. */
const NAMED_IN_LISTS = 10;

/** Keeps chat rooms and their members in PostgreSQL or PGlite. */
export class ChatRoomRepository implements ChatRoomStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async access(roomId: string, userId: string): Promise<Access | null> {
    const [row] = await this.#rows<AccessRow>(roomsFor(ROOM), { room: roomId, user: userId });
    if (!row) return null;
    return {
      ...{ kind: row.kind, meetingId: row.meeting_id, apart: row.apart, hosting: row.hosting },
      ...{ mayRead: row.may_read, mayWrite: row.may_write },
      ...{ lastSeq: Number(row.last_seq), rev: Number(row.rev) },
    };
  }

  async readable(roomIds: readonly string[], userId: string) {
    const rows = await this.#rows<AccessRow>(
      `SELECT * FROM (${roomsFor('SELECT * FROM chat_rooms WHERE id = ANY(:rooms)')}) AS room
        WHERE may_read`,
      { rooms: [...roomIds], user: userId },
    );
    return rows.map(({ id, kind, last_seq, rev }) => ({
      ...{ roomId: id, kind },
      ...{ lastSeq: Number(last_seq), rev: Number(rev) },
    }));
  }

  async revoked(pairs: readonly { roomId: string; userId: string }[]) {
    if (pairs.length === 0) return [];
    return this.#rows<{ roomId: string; userId: string }>(
      `SELECT "roomId", "userId"
         FROM jsonb_to_recordset(CAST(:pairs AS jsonb)) AS pair ("roomId" text, "userId" text)
        WHERE NOT EXISTS (
          SELECT FROM chat_members WHERE chat_members.room_id = pair."roomId"
            AND chat_members.user_id = pair."userId" AND chat_members.left_at IS NULL)
          AND NOT EXISTS (
            SELECT FROM chat_rooms WHERE chat_rooms.id = pair."roomId" AND kind = 'meeting')`,
      { pairs: JSON.stringify(pairs) },
    );
  }

  async ensureMeetingRoom(meetingId: string, now: number): Promise<void> {
    await this.#rows(
      `INSERT INTO chat_rooms (id, kind, meeting_id, owner_id, created_at, active_at)
         SELECT id, 'meeting', id, host_id, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
           FROM meetings WHERE id = :meeting
         ON CONFLICT DO NOTHING`,
      { meeting: meetingId, now: new Date(now) },
    );
  }

  async create(room: NewRoom): Promise<string> {
    try {
      await this.#db.transaction(async (transaction) => {
        await transaction('chat_rooms').insert({
          ...{ id: room.id, kind: room.kind, title: room.title, meeting_id: room.meetingId },
          ...{ direct_key: room.directKey, owner_id: room.ownerId },
          ...{ created_at: new Date(room.now), active_at: new Date(room.now) },
        });
        await transaction('chat_members').insert(
          room.members.map((member) => memberRow(room.id, member, room.now)),
        );
      });
      return room.id;
    } catch (error) {
      if (!isUniqueViolation(error) || room.directKey === null) throw error;
    }
    // Somebody was faster.
    const made = await this.#db('chat_rooms')
      .where({ direct_key: room.directKey })
      .first<{ id: string }>('id');
    return made.id;
  }

  async presentIn(meetingId: string, userIds: readonly string[]): Promise<RoomMember[]> {
    return this.#rows<RoomMember>(
      `SELECT DISTINCT ON (user_id) user_id AS "userId", name FROM participants
        WHERE meeting_id = :meeting AND user_id = ANY(:users) AND left_at IS NULL
        ORDER BY user_id, joined_at DESC`,
      { meeting: meetingId, users: [...userIds] },
    );
  }

  async read(roomId: string, userId: string): Promise<ChatRoom | null> {
    const [row] = await this.#rows<RoomRow>(
      `SELECT ${VIEW} FROM (${roomsFor(ROOM)}) AS room WHERE may_read`,
      { room: roomId, user: userId, named: MAX_MEMBERS },
    );
    return row ? mapRoom(row) : null;
  }

  async list(userId: string, { before, limit }: { before?: string; limit: number }) {
    const cursor = before === undefined ? null : decodeCursor(before);
    const rows = await this.#rows<RoomRow>(
      `SELECT ${VIEW} FROM (${roomsFor(`
          SELECT * FROM chat_rooms WHERE id IN (
            SELECT room_id FROM chat_members WHERE user_id = :user AND left_at IS NULL
            UNION
            SELECT meeting_id FROM participants WHERE user_id = :user)`)}) AS room
        WHERE may_read
          AND (room.last_seq > 0 OR room.kind = 'group'
            OR (room.kind = 'direct' AND room.owner_id = :user))
          AND (CAST(:at AS timestamptz) IS NULL
            OR (room.active_at, room.id) < (CAST(:at AS timestamptz), CAST(:id AS text)))
        ORDER BY room.active_at DESC, room.id DESC LIMIT :limit`,
      {
        ...{ user: userId, named: NAMED_IN_LISTS, limit: limit + 1 },
        ...{ at: cursor && new Date(cursor.createdAt), id: cursor?.id ?? null },
      },
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      rooms: page.map(mapRoom),
      next:
        rows.length > limit && last
          ? encodeCursor({ createdAt: last.active_at.getTime(), id: last.id })
          : null,
    };
  }

  async rename(roomId: string, title: string): Promise<void> {
    await this.#db('chat_rooms').where({ id: roomId, kind: 'group' }).update({ title });
  }

  async mute(roomId: string, member: RoomMember, muted: boolean, now: number): Promise<void> {
    await this.#db('chat_members')
      .insert({ ...memberRow(roomId, member, now), muted })
      .onConflict(['room_id', 'user_id'])
      .merge({ muted });
  }

  async addMembers(roomId: string, members: readonly RoomMember[], now: number): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      // Whoever adds others at the same time waits: their members count.
      const room = await transaction('chat_rooms')
        .where({ id: roomId })
        .forUpdate()
        .first<{ id: string } | undefined>('id');
      if (!room) throw new AppError('NOT_FOUND');
      await transaction.raw(
        `INSERT INTO chat_members (room_id, user_id, name, joined_at, read_seq)
           SELECT :room, "userId", name, CAST(:now AS timestamptz),
               (SELECT last_seq FROM chat_rooms WHERE id = :room)
             FROM jsonb_to_recordset(CAST(:members AS jsonb)) AS given ("userId" text, name text)
           ON CONFLICT (room_id, user_id) DO UPDATE
             SET left_at = NULL, joined_at = excluded.joined_at, name = excluded.name,
               read_seq = excluded.read_seq
             WHERE chat_members.left_at IS NOT NULL`,
        { room: roomId, now: new Date(now), members: JSON.stringify(members) },
      );
      const [counted] = await transaction('chat_members')
        .where({ room_id: roomId })
        .whereNull('left_at')
        .count<{ count: string | number }[]>('* as count');
      if (Number(counted?.count) > MAX_MEMBERS) throw tooMany();
    });
  }

  async removeMember(roomId: string, actorId: string, userId: string, now: number): Promise<Left> {
    return this.#db.transaction(async (transaction): Promise<Left> => {
      const room = await transaction('chat_rooms')
        .where({ id: roomId, kind: 'group' })
        .forUpdate()
        .first<{ owner_id: string } | undefined>('owner_id');
      if (!room) return { is: 'missing' };
      if (actorId !== userId && room.owner_id !== actorId) return { is: 'forbidden' };
      const left = await transaction('chat_members')
        .where({ room_id: roomId, user_id: userId })
        .whereNull('left_at')
        .update({ left_at: new Date(now) });
      if (left === 0) return { is: 'missing' };
      const eldest = await transaction('chat_members')
        .where({ room_id: roomId })
        .whereNull('left_at')
        .orderBy(['joined_at', 'user_id'])
        .first<{ user_id: string } | undefined>('user_id');
      if (!eldest) await transaction('chat_rooms').where({ id: roomId }).delete();
      else if (room.owner_id === userId) {
        await transaction('chat_rooms').where({ id: roomId }).update({ owner_id: eldest.user_id });
      }
      return { is: 'left' };
    });
  }

  async memberIds(roomId: string): Promise<string[]> {
    const rows = await this.#rows<{ user_id: string }>(
      `SELECT user_id FROM chat_members JOIN chat_rooms ON chat_rooms.id = chat_members.room_id
        WHERE room_id = :room AND left_at IS NULL AND kind <> 'meeting'`,
      { room: roomId },
    );
    return rows.map(({ user_id }) => user_id);
  }

  async #rows<R>(sql: string, values: Record<string, Knex.RawBinding>): Promise<R[]> {
    const { rows } = await this.#db.raw<{ rows: R[] }>(sql, values);
    return rows;
  }
}

/** Columns of a room that `roomsFor` has selected as `room`. The binding `:named` is how many members. */
const VIEW = `room.*, ${UNREAD} AS unread,
  (SELECT jsonb_build_object('messageId', id, 'seq', seq, 'senderId', sender_id,
      'senderName', sender_name, 'content', left(content, ${EXCERPT_LENGTH}), 'mentions', mentions,
      'createdAt', created_at, 'deletedAt', deleted_at)
    FROM chat_messages WHERE room_id = room.id ORDER BY seq DESC LIMIT 1) AS last,
  (SELECT count(*)::integer FROM chat_members AS counted
    WHERE counted.room_id = room.id AND counted.left_at IS NULL) AS member_count,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('userId', user_id, 'name', name)), '[]')
    FROM (SELECT named.user_id, coalesce(users.name, named.name) AS name
      FROM chat_members AS named LEFT JOIN users ON users.id = named.user_id AND room.kind <> 'meeting-private'
      WHERE named.room_id = room.id AND named.left_at IS NULL
      ORDER BY named.joined_at, named.user_id LIMIT :named) AS shown) AS members`;

interface AccessRow {
  id: string;
  kind: RoomKind;
  title: string | null;
  meeting_title: string | null;
  meeting_id: string | null;
  owner_id: string;
  created_at: Date;
  active_at: Date;
  last_seq: string | number;
  rev: string | number;
  may_read: boolean;
  may_write: boolean;
  apart: boolean;
  hosting: boolean;
  read_seq: string | number | null;
  muted: boolean | null;
}

interface RoomRow extends AccessRow {
  unread: number;
  /** Times as JSON has them. */
  last: MessageExcerpt | null;
  members: RoomMember[];
  member_count: number;
}

function mapRoom(row: RoomRow): ChatRoom {
  const ofMeeting = row.kind === 'meeting';
  return {
    id: row.id,
    kind: row.kind,
    title: row.title ?? row.meeting_title,
    meetingId: row.meeting_id,
    ownerId: row.owner_id,
    members: ofMeeting ? [] : row.members,
    memberCount: ofMeeting ? 0 : row.member_count,
    createdAt: row.created_at.toISOString(),
    activeAt: row.active_at.toISOString(),
    lastSeq: Number(row.last_seq),
    rev: Number(row.rev),
    last: row.last && {
      ...row.last,
      createdAt: new Date(row.last.createdAt).toISOString(),
      deletedAt: row.last.deletedAt && new Date(row.last.deletedAt).toISOString(),
    },
    unread: row.unread,
    readSeq: Number(row.read_seq ?? 0),
    muted: row.muted ?? false,
    mayWrite: row.may_write,
  };
}

function memberRow(roomId: string, { userId, name }: RoomMember, now: number) {
  return { room_id: roomId, user_id: userId, name, joined_at: new Date(now) };
}
