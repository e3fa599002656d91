import type { Knex } from 'knex';
import type { RoomKind } from '../../protocol/chat.ts';
import type { ChangedRoom } from '../people/stores.ts';

/**
 * Takes somebody out of messages and calls, as part of deleting their account: what they wrote is gone for
 * everybody, and who talked to them reads another name.
 * @param nobody what others read instead of their name
 * @returns rooms in which there is something else to read now
 */
export async function eraseTalk(
  transaction: Knex.Transaction,
  userId: string,
  nobody: string,
): Promise<ChangedRoom[]> {
  // In one order: of two who delete their accounts at once neither waits for the other's room with one in hand.
  const { rows: rooms } = await transaction.raw<{ rows: { id: string }[] }>(
    `SELECT id FROM chat_rooms
       WHERE id IN (SELECT room_id FROM chat_members WHERE user_id = :userId
         UNION SELECT room_id FROM chat_messages WHERE sender_id = :userId
         UNION SELECT room_id FROM chat_messages JOIN chat_reactions ON message_id = id
           WHERE user_id = :userId)
       ORDER BY id FOR UPDATE`,
    { userId },
  );
  // As a change of each message, with a number of its own, so that whoever was away hears of all of them.
  await transaction.raw(
    `WITH changed AS (
       SELECT id, room_id, sender_id = :userId AS own,
           row_number() OVER (PARTITION BY room_id ORDER BY seq) AS nth
         FROM chat_messages
         WHERE sender_id = :userId
           OR id IN (SELECT message_id FROM chat_reactions WHERE user_id = :userId)
     )
     UPDATE chat_messages AS message
       SET rev = chat_rooms.rev + nth,
         content = CASE WHEN own THEN '' ELSE content END,
         mentions = CASE WHEN own THEN '[]' ELSE mentions END,
         sender_name = CASE WHEN own THEN :nobody ELSE sender_name END,
         deleted_at = CASE WHEN own THEN coalesce(deleted_at, now()) ELSE deleted_at END
       FROM changed JOIN chat_rooms ON chat_rooms.id = changed.room_id
       WHERE message.id = changed.id`,
    { userId, nobody },
  );
  const { rows: changed } = await transaction.raw<{ rows: ChangedRow[] }>(
    `UPDATE chat_rooms
       SET rev = greatest(rev, (SELECT max(rev) FROM chat_messages WHERE room_id = chat_rooms.id))
       WHERE id = ANY(:roomIds) RETURNING id, kind, meeting_id, last_seq, rev`,
    { roomIds: rooms.map(({ id }) => id) },
  );
  // What two had stays a room of two: else nothing would say with whom it was.
  await transaction.raw(
    `UPDATE chat_members
       SET name = :nobody, left_at = CASE
         WHEN kind IN ('direct', 'meeting-private') THEN left_at ELSE coalesce(left_at, now()) END
       FROM chat_rooms WHERE chat_rooms.id = room_id AND user_id = :userId`,
    { userId, nobody },
  );
  await transaction('chat_reactions').where({ user_id: userId }).delete();
  await transaction('chat_seen').where({ user_id: userId }).delete();
  await transaction('call_quality').where({ user_id: userId }).delete();
  await transaction('call_log').where({ user_id: userId }).delete();
  await transaction('call_log').where({ with_id: userId }).update({ with_name: nobody });
  return changed.map((row) => ({
    ...{ roomId: row.id, kind: row.kind, meetingId: row.meeting_id },
    ...{ lastSeq: Number(row.last_seq), rev: Number(row.rev) },
  }));
}

interface ChangedRow {
  id: string;
  kind: RoomKind;
  meeting_id: string | null;
  last_seq: string | number;
  rev: string | number;
}
