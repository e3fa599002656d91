import type { Knex } from 'knex';
import {
  EXCERPT_LENGTH,
  type ChatMessage,
  type MessageReaction,
  type RoomKind,
  type RoomMember,
} from '../../protocol/chat.ts';
import type {
  Changed,
  ChatMessageStore,
  Marked,
  MessageRange,
  NewMessage,
  Sent,
} from '../chat/stores.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { ROOM, roomsFor, UNREAD } from './chatAccess.ts';
import { isUniqueViolation } from './errors.ts';

/** So many messages are read in some hundredths of a second, whatever is looked for. */
const FEW_MESSAGES = 20_000;

type Values = Record<string, Knex.RawBinding>;

/** The room takes its next revision, whoever else changes it waits; nothing where one may not write. */
const REVISED = `
  UPDATE chat_rooms SET rev = rev + 1
    WHERE id = :room AND (SELECT may_write FROM (${roomsFor(ROOM)}) AS access)`;

/**
 * Keeps messages in PostgreSQL or PGlite. Whether somebody may is decided in the statement that writes:
 * nobody is put out between the question and the deed.
 */
export class ChatMessageRepository implements ChatMessageStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async send(message: NewMessage): Promise<Sent> {
    try {
      const [stored] = await this.#rows<{ id: string }>(
        `WITH room AS (
           UPDATE chat_rooms
             SET rev = rev + 1, last_seq = last_seq + 1, active_at = CAST(:now AS timestamptz)
             WHERE id = :room AND (SELECT may_write FROM (${roomsFor(ROOM)}) AS access)
               AND (CAST(:reply AS text) IS NULL OR EXISTS (
                 SELECT FROM chat_messages WHERE id = :reply AND room_id = :room))
             RETURNING *
         )
         INSERT INTO chat_messages (id, room_id, seq, rev, sender_id, sender_name, client_id,
             content, reply_to, mentions, created_at)
           SELECT :id, room.id, room.last_seq, room.rev, :user,
               coalesce((SELECT name FROM participants
                 WHERE participants.meeting_id = room.meeting_id AND user_id = :user
                   AND left_at IS NULL
                 ORDER BY joined_at DESC LIMIT 1), :name),
               :client, :content, :reply, CAST(:mentions AS jsonb), CAST(:now AS timestamptz)
             FROM room
           RETURNING id`,
        {
          ...{ id: message.id, room: message.roomId, user: message.senderId },
          ...{ name: message.senderName, client: message.clientId, content: message.content },
          ...{ reply: message.replyTo, mentions: JSON.stringify(message.mentions) },
          now: new Date(message.now),
        },
      );
      return stored ? { is: 'stored', messageId: stored.id } : { is: 'refused' };
    } catch (error) {
      if (!isUniqueViolation(error) || message.clientId === null) throw error;
    }
    const sent = await this.#db('chat_messages')
      .where({ room_id: message.roomId, sender_id: message.senderId, client_id: message.clientId })
      .first<{ id: string } | undefined>('id');
    return sent ? { is: 'repeated', messageId: sent.id } : { is: 'refused' };
  }

  async find(roomId: string, messageId: string, viewerId: string): Promise<ChatMessage | null> {
    const [row] = await this.#rows<MessageRow>(
      `SELECT ${VIEW} WHERE message.room_id = :room AND message.id = :message`,
      { room: roomId, message: messageId, user: viewerId },
    );
    return row ? mapMessage(row) : null;
  }

  async list(roomId: string, viewerId: string, range: MessageRange, limit: number) {
    const where = {
      newest: 'ORDER BY message.seq DESC',
      before: 'AND message.seq < :number ORDER BY message.seq DESC',
      after: 'AND message.seq > :number ORDER BY message.seq',
      since: 'AND message.rev > :number ORDER BY message.rev',
    }[range.from];
    const rows = await this.#rows<MessageRow>(
      `SELECT ${VIEW} WHERE message.room_id = :room ${where} LIMIT :limit`,
      {
        ...{ room: roomId, user: viewerId, limit: limit + 1 },
        ...(range.from !== 'newest' && { number: range.number }),
      },
    );
    const messages = rows.slice(0, limit).map(mapMessage);
    if (range.from === 'newest' || range.from === 'before') messages.reverse();
    return { messages, hasMore: rows.length > limit };
  }

  edit(
    where: { roomId: string; messageId: string; senderId: string },
    { content, mentions }: { content: string; mentions: readonly string[] },
    now: number,
  ): Promise<Changed | null> {
    return this.#change(
      where,
      now,
      'content = :content, mentions = CAST(:mentions AS jsonb), edited_at = CAST(:now AS timestamptz)',
      { content, mentions: JSON.stringify(mentions) },
      'sender_id = :user',
    );
  }

  remove(
    where: { roomId: string; messageId: string; senderId: string },
    now: number,
  ): Promise<Changed | null> {
    return this.#change(
      where,
      now,
      `content = '', mentions = '[]', deleted_at = CAST(:now AS timestamptz)`,
      {},
      `(sender_id = :user OR from_listener
        AND (SELECT hosting FROM (${roomsFor(ROOM)}) AS access))`,
    );
  }

  async #change(
    { roomId, messageId, senderId }: { roomId: string; messageId: string; senderId: string },
    now: number,
    set: string,
    values: Values,
    may: string,
  ): Promise<Changed | null> {
    const [row] = await this.#rows<MessageRow>(
      `WITH room AS (
         ${REVISED} AND EXISTS (SELECT FROM chat_messages WHERE id = :message
           AND room_id = :room AND ${may} AND deleted_at IS NULL)
         RETURNING rev
       )
       UPDATE chat_messages SET ${set}, rev = room.rev FROM room
         WHERE id = :message AND deleted_at IS NULL RETURNING chat_messages.*`,
      { room: roomId, message: messageId, user: senderId, now: new Date(now), ...values },
    );
    if (!row) return null;
    return {
      ...{ rev: Number(row.rev), content: row.content, mentions: row.mentions },
      editedAt: row.edited_at?.getTime() ?? null,
      deletedAt: row.deleted_at?.getTime() ?? null,
    };
  }

  async react(
    { roomId, messageId }: { roomId: string; messageId: string },
    { userId, name }: RoomMember,
    { reaction, on }: { reaction: MessageReaction['reaction']; on: boolean },
    now: number,
  ): Promise<{ rev: number; count: number } | null> {
    const own = 'message_id = :message AND user_id = :user AND reaction = :reaction';
    const change = on
      ? `INSERT INTO chat_reactions (message_id, user_id, reaction, name, created_at)
           SELECT :message, :user, :reaction, :name, CAST(:now AS timestamptz) FROM room
           ON CONFLICT DO NOTHING RETURNING 1`
      : `DELETE FROM chat_reactions USING room WHERE ${own} RETURNING 1`;
    const sql = `WITH room AS (
         ${REVISED} AND EXISTS (SELECT FROM chat_messages
           WHERE id = :message AND room_id = :room AND deleted_at IS NULL)
           AND ${on ? 'NOT' : ''} EXISTS (SELECT FROM chat_reactions WHERE ${own})
         RETURNING rev
       ), changed AS (${change}), message AS (
         UPDATE chat_messages SET rev = room.rev FROM room WHERE id = :message RETURNING id
       )
       SELECT room.rev, (SELECT count(*) FROM chat_reactions
           WHERE message_id = :message AND reaction = :reaction AND user_id <> :user)::integer
           + ${on ? 1 : 0} AS count
         FROM room`;
    const values = {
      ...{ room: roomId, message: messageId, user: userId, name, reaction },
      now: new Date(now),
    };
    const row = await this.#db.transaction(async (transaction) => {
      // What others did before it is seen by a statement that begins when they are done, and by no other.
      await transaction('chat_rooms').where({ id: roomId }).forUpdate().select('id');
      const { rows } = await transaction.raw<{
        rows: { rev: string | number; count: number }[];
      }>(sql, values);
      return rows[0];
    });
    return row ? { rev: Number(row.rev), count: row.count } : null;
  }

  async markSeen(
    roomId: string,
    { userId, name }: RoomMember,
    messageIds: readonly string[],
    isShown: boolean,
    now: number,
  ): Promise<Marked> {
    const values = { room: roomId, user: userId, name, shown: isShown, now: new Date(now) };
    const rows = await this.#rows<{ id: string; sender_id: string }>(
      `WITH marked AS (
         SELECT id, seq, sender_id FROM chat_messages
           WHERE room_id = :room AND id = ANY(:messages)
       ), seen AS (
         INSERT INTO chat_seen (message_id, user_id, name, seen_at)
           SELECT id, :user, :name, CAST(:now AS timestamptz) FROM marked
             WHERE sender_id <> :user AND CAST(:shown AS boolean)
           ON CONFLICT DO NOTHING RETURNING message_id
       ), reader AS (
         INSERT INTO chat_members (room_id, user_id, name, joined_at, read_seq)
           SELECT :room, :user, :name, CAST(:now AS timestamptz), max(seq) FROM marked
             HAVING count(*) > 0
           ON CONFLICT (room_id, user_id) DO UPDATE
             SET read_seq = greatest(chat_members.read_seq, excluded.read_seq)
       )
       SELECT marked.id, marked.sender_id FROM seen JOIN marked ON marked.id = seen.message_id`,
      { ...values, messages: [...messageIds] },
    );
    const [read] = await this.#rows<{ read_seq: string | number | null; unread: number }>(
      `SELECT room.read_seq, ${UNREAD} AS unread FROM (
         SELECT chat_rooms.id, own.read_seq FROM chat_rooms
           LEFT JOIN chat_members AS own ON own.room_id = chat_rooms.id AND own.user_id = :user
           WHERE chat_rooms.id = :room) AS room`,
      { room: roomId, user: userId },
    );
    return {
      fresh: rows.map((row) => ({ messageId: row.id, senderId: row.sender_id })),
      readSeq: Number(read?.read_seq ?? 0),
      unread: read?.unread ?? 0,
    };
  }

  async listSeen(
    roomId: string,
    messageId: string,
    { offset, limit }: { offset: number; limit: number },
  ) {
    const rows = await this.#rows<{ user_id: string; name: string; seen_at: Date }>(
      `SELECT seen.user_id, seen.name, seen.seen_at FROM chat_seen AS seen
         JOIN chat_messages ON chat_messages.id = seen.message_id
        WHERE seen.message_id = :message AND chat_messages.room_id = :room
        ORDER BY seen.seen_at, seen.user_id OFFSET :offset LIMIT :limit`,
      { message: messageId, room: roomId, offset, limit: limit + 1 },
    );
    const seen = rows.slice(0, limit).map((row) => ({
      ...{ userId: row.user_id, name: row.name },
      seenAt: row.seen_at.toISOString(),
    }));
    return { seen, hasMore: rows.length > limit };
  }

  async search(
    userId: string,
    { q, roomId, before, limit }: { q: string; roomId?: string; before?: string; limit: number },
  ) {
    const cursor = before === undefined ? null : decodeCursor(before);
    const rooms = await this.#searchable(userId, roomId ?? null);
    const total = [...rooms.values()].reduce((sum, { lastSeq }) => sum + lastSeq, 0);
    // Rooms by their ids and not by a join: PostgreSQL knows from its statistics how much is in them, and
    // whether to look among the newest messages or by their text first. What is little is read whole
    // (OFFSET keeps the conditions out): among the newest of everybody there may be nothing of it.
    const rows = await this.#rows<MessageRow>(
      `WITH found AS MATERIALIZED (
         SELECT id FROM (
             SELECT id, content, created_at FROM chat_messages WHERE room_id = ANY(:rooms)
               ${total > FEW_MESSAGES ? '' : 'OFFSET 0'}
           ) AS message
          WHERE content ILIKE :pattern ESCAPE '!'
            AND (CAST(:at AS timestamptz) IS NULL
              OR (created_at, id) < (CAST(:at AS timestamptz), CAST(:id AS text)))
          ORDER BY created_at DESC, id DESC LIMIT :limit
       )
       SELECT ${VIEW} WHERE message.id IN (SELECT id FROM found)
        ORDER BY message.created_at DESC, message.id DESC`,
      {
        ...{ user: userId, rooms: [...rooms.keys()], limit: limit + 1 },
        pattern: `%${q.replaceAll(/[!%_]/g, '!$&')}%`,
        ...{ at: cursor && new Date(cursor.createdAt), id: cursor?.id ?? null },
      },
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      results: page.flatMap((row) => {
        const found = rooms.get(row.room_id);
        return found ? [{ message: mapMessage(row), room: found.room }] : [];
      }),
      next:
        rows.length > limit && last
          ? encodeCursor({ createdAt: last.created_at.getTime(), id: last.id })
          : null,
    };
  }

  /** Rooms that somebody may read, or the one of them that is asked for, with the number of their messages. */
  async #searchable(userId: string, roomId: string | null) {
    const rooms = await this.#rows<SearchedRoom>(
      `SELECT id, kind, coalesce(title, meeting_title) AS title, last_seq FROM (${roomsFor(`
         SELECT * FROM chat_rooms WHERE (CAST(:room AS text) IS NULL OR id = :room) AND id IN (
           SELECT room_id FROM chat_members WHERE user_id = :user AND left_at IS NULL
           UNION
           SELECT meeting_id FROM participants WHERE user_id = :user)`)}) AS room
        WHERE may_read`,
      { user: userId, room: roomId },
    );
    return new Map(
      rooms.map(({ last_seq, ...room }) => [room.id, { room, lastSeq: Number(last_seq) }]),
    );
  }

  async #rows<R>(sql: string, values: Values): Promise<R[]> {
    const { rows } = await this.#db.raw<{ rows: R[] }>(sql, values);
    return rows;
  }
}

/** Columns and tables of a message as the one sees it who is bound to `:user`. */
const VIEW = `message.*, quoted.sender_name AS quoted_name,
    left(quoted.content, ${EXCERPT_LENGTH}) AS quoted_content,
    (SELECT count(*)::integer FROM chat_seen WHERE chat_seen.message_id = message.id) AS seen_count,
    (SELECT jsonb_agg(jsonb_build_object('reaction', reaction, 'count', count, 'mine', mine,
        'names', names) ORDER BY first)
      FROM (SELECT reaction, count(*)::integer AS count, bool_or(user_id = :user) AS mine,
          (array_agg(name ORDER BY created_at))[1:10] AS names, min(created_at) AS first
        FROM chat_reactions WHERE chat_reactions.message_id = message.id
        GROUP BY reaction) AS grouped) AS reactions
  FROM chat_messages AS message
  LEFT JOIN chat_messages AS quoted ON quoted.id = message.reply_to`;

interface SearchedRoom {
  id: string;
  kind: RoomKind;
  title: string | null;
  last_seq: string | number;
}

interface MessageRow {
  id: string;
  room_id: string;
  seq: string | number;
  rev: string | number;
  sender_id: string;
  sender_name: string;
  from_listener: boolean;
  client_id: string | null;
  content: string;
  reply_to: string | null;
  mentions: string[];
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
  quoted_name: string | null;
  quoted_content: string | null;
  seen_count: number;
  reactions: MessageReaction[] | null;
}

function mapMessage(row: MessageRow): ChatMessage {
  return {
    ...{ id: row.id, roomId: row.room_id, seq: Number(row.seq), rev: Number(row.rev) },
    ...{ senderId: row.sender_id, senderName: row.sender_name, clientId: row.client_id },
    fromListener: row.from_listener,
    content: row.content,
    replyTo:
      row.reply_to === null
        ? null
        : {
            messageId: row.reply_to,
            senderName: row.quoted_name ?? '',
            content: row.quoted_content ?? '',
          },
    mentions: row.mentions,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    reactions: row.deleted_at === null ? (row.reactions ?? []) : [],
    seenCount: row.seen_count,
  };
}
