import type { Knex } from 'knex';

/**
 * Takes somebody out of messages and calls, as part of deleting their account: what they wrote is gone for
 * everybody, and who talked to them reads another name.
 * @param nobody what others read instead of their name
 */
export async function eraseTalk(
  transaction: Knex.Transaction,
  userId: string,
  nobody: string,
): Promise<void> {
  // As a deletion of each message, so that whoever was away hears of it.
  await transaction.raw(
    `WITH rooms AS (
       UPDATE chat_rooms SET rev = rev + 1
         WHERE id IN (SELECT room_id FROM chat_messages WHERE sender_id = :userId)
         RETURNING id, rev
     )
     UPDATE chat_messages
       SET content = '', mentions = '[]', sender_name = :nobody, rev = rooms.rev,
         deleted_at = coalesce(deleted_at, now())
       FROM rooms
       WHERE chat_messages.room_id = rooms.id AND sender_id = :userId`,
    { userId, nobody },
  );
  await transaction('chat_members')
    .where({ user_id: userId })
    .update({ name: nobody, left_at: transaction.raw('coalesce(left_at, now())') });
  await transaction('chat_reactions').where({ user_id: userId }).delete();
  await transaction('chat_seen').where({ user_id: userId }).delete();
  await transaction('call_quality').where({ user_id: userId }).delete();
  await transaction('call_log').where({ user_id: userId }).delete();
  await transaction('call_log').where({ with_id: userId }).update({ with_name: nobody });
}
