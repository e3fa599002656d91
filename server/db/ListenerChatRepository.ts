import type { Knex } from 'knex';
import { EXCERPT_LENGTH } from '../../protocol/chat.ts';
import type {
  HeardMessage,
  ListenerChatStore,
  ListenersMessage,
  SentByListener,
} from '../live/chat/stores.ts';
import { isUniqueViolation } from './errors.ts';

/** The chat of a meeting as listeners get it, in PostgreSQL or PGlite. */
export class ListenerChatRepository implements ListenerChatStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async newest(meetingId: string, since: number, limit: number) {
    const found = await this.#read(meetingId, since, limit, {
      where: 'message.deleted_at IS NULL',
      order: 'message.seq DESC',
    });
    return { ...found, messages: found.messages.reverse() };
  }

  changes(meetingId: string, since: number, behind: number, limit: number) {
    return this.#read(meetingId, since, limit, {
      where: 'message.rev > :behind',
      order: 'message.rev',
      behind,
    });
  }

  /** Whether listeners may write is decided in the statement that writes, as for everybody else. */
  async send(message: ListenersMessage): Promise<SentByListener> {
    const { meetingId, senderId, clientId } = message;
    try {
      const { rows } = await this.#db.raw<{ rows: { id: string }[] }>(
        `WITH room AS (
           UPDATE chat_rooms
             SET rev = rev + 1, last_seq = last_seq + 1, active_at = CAST(:now AS timestamptz)
             WHERE id = :meeting AND EXISTS (
               SELECT FROM live_rooms JOIN meetings ON meetings.id = live_rooms.meeting_id
                 WHERE live_rooms.room_id = :room AND live_rooms.meeting_id = :meeting
                   AND live_rooms.pin_version = :pin AND live_rooms.desired = 'on-air'
                   AND live_rooms.listener_chat = 'write' AND meetings.ended_at IS NULL
                   AND coalesce((meetings.settings->>'mayChat')::boolean, true))
             RETURNING *
         )
         INSERT INTO chat_messages (id, room_id, seq, rev, sender_id, sender_name, client_id,
             content, mentions, created_at, from_listener)
           SELECT :id, room.id, room.last_seq, room.rev, :sender, :name, :client, :content,
               '[]', CAST(:now AS timestamptz), true
             FROM room
           RETURNING id`,
        {
          ...{ id: message.id, room: message.liveRoomId, meeting: meetingId },
          ...{ pin: message.pinVersion, sender: senderId, name: message.senderName },
          ...{ client: clientId, content: message.content, now: new Date(message.now) },
        },
      );
      const [stored] = rows;
      return stored ? { is: 'stored', messageId: stored.id } : { is: 'refused' };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    const sent = await this.#db('chat_messages')
      .where({ room_id: meetingId, sender_id: senderId, client_id: clientId })
      .first<{ id: string } | undefined>('id');
    return sent ? { is: 'repeated', messageId: sent.id } : { is: 'refused' };
  }

  async find(meetingId: string, messageId: string, since: number): Promise<HeardMessage | null> {
    const { messages } = await this.#read(meetingId, since, 1, {
      where: 'message.id = :message',
      order: 'message.seq',
      message: messageId,
    });
    return messages[0] ?? null;
  }

  /** How far the chat is, and messages, as of one moment. */
  async #read(
    meetingId: string,
    since: number,
    limit: number,
    {
      where,
      order,
      ...values
    }: { where: string; order: string; behind?: number; message?: string },
  ): Promise<{ rev: number; messages: HeardMessage[] }> {
    const { rows } = await this.#db.raw<{ rows: Row[] }>(
      `SELECT room.rev AS room_rev, found.* FROM chat_rooms AS room
         LEFT JOIN LATERAL (
           SELECT message.*, quoted.sender_name AS quoted_name,
               left(quoted.content, ${EXCERPT_LENGTH}) AS quoted_content
             FROM chat_messages AS message
             LEFT JOIN chat_messages AS quoted ON quoted.id = message.reply_to
               AND quoted.created_at >= :since AND quoted.deleted_at IS NULL
             WHERE message.room_id = room.id AND message.created_at >= :since AND ${where}
             ORDER BY ${order} LIMIT :limit
         ) AS found ON true
         WHERE room.id = :meeting`,
      { meeting: meetingId, since: new Date(since), limit, ...values },
    );
    const messages = rows.flatMap((row) => (row.id === null ? [] : [mapRow(row)]));
    const rev = Number(rows[0]?.room_rev ?? 0);
    // What did not fit is behind the last one that did.
    const isCut = values.behind !== undefined && messages.length === limit;
    return { rev: isCut ? (messages.at(-1)?.rev ?? rev) : rev, messages };
  }
}

/** Of a left join: without a message, all but the first are null. */
type Row = { room_rev: string | number } & (MessageRow | { id: null });

interface MessageRow {
  id: string;
  seq: string | number;
  rev: string | number;
  sender_name: string;
  from_listener: boolean;
  content: string;
  quoted_name: string | null;
  quoted_content: string | null;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

function mapRow(row: MessageRow): HeardMessage {
  const { id, quoted_name: name, quoted_content: content } = row;
  return {
    ...{ id, seq: Number(row.seq), rev: Number(row.rev), name: row.sender_name },
    ...{ fromListener: row.from_listener, content: row.content },
    replyTo: name === null ? null : { name, content: content ?? '' },
    createdAt: row.created_at.getTime(),
    isEdited: row.edited_at !== null,
    isDeleted: row.deleted_at !== null,
  };
}
