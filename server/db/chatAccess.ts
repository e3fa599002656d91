/**
 * What a person may do in each of the rooms that `rooms` selects: a query with the columns of the room
 * and `may_read`, `may_write`, `apart`, `hosting`, and of the person's row `read_seq`, `muted`. The binding `:user`
 * is the person.
 *
 * Whoever is in a meeting now has an open stay; those who wait have none, nor have those who were put out.
 * When it is over, or they have left, the meeting's settings say who may go on reading.
 *
 * @param rooms a query with all columns of `chat_rooms`
 */
export function roomsFor(rooms: string): string {
  return `
  SELECT room.*, meetings.title AS meeting_title, own.read_seq, own.muted, facts.apart, facts.hosting,
      reading.may_read,
      reading.may_read AND CASE room.kind
        WHEN 'group' THEN true
        WHEN 'direct' THEN NOT facts.apart AND NOT facts.other_gone
        ELSE facts.here AND (facts.hosting OR coalesce((meetings.settings->>'mayChat')::boolean, true))
          AND (room.kind = 'meeting' OR (NOT facts.apart AND facts.other_here))
      END AS may_write
    FROM (${rooms}) AS room
    LEFT JOIN chat_members AS own
      ON own.room_id = room.id AND own.user_id = :user AND own.left_at IS NULL
    LEFT JOIN meetings ON meetings.id = room.meeting_id
    LEFT JOIN LATERAL (
      SELECT left_at, leave_reason FROM participants
        WHERE participants.meeting_id = room.meeting_id AND participants.user_id = :user
        ORDER BY left_at IS NULL DESC, joined_at DESC LIMIT 1
    ) AS stay ON true
    LEFT JOIN chat_members AS other
      ON room.kind IN ('direct', 'meeting-private')
        AND other.room_id = room.id AND other.user_id <> :user
    CROSS JOIN LATERAL (
      SELECT stay.leave_reason IS NOT NULL AS was_here,
        room.meeting_id IS NOT NULL AND EXISTS (
          SELECT FROM participants WHERE participants.meeting_id = room.meeting_id
            AND participants.user_id = :user AND participants.left_at IS NULL) AS here,
        other.user_id IS NOT NULL AND EXISTS (
          SELECT FROM participants WHERE participants.meeting_id = room.meeting_id
            AND participants.user_id = other.user_id AND participants.left_at IS NULL) AS other_here,
        other.user_id IS NOT NULL AND EXISTS (
          SELECT FROM users WHERE users.id = other.user_id AND users.kind = 'deleted') AS other_gone,
        other.user_id IS NOT NULL AND EXISTS (
          SELECT FROM blocks WHERE (blocks.user_id = other.user_id AND blocks.blocked_id = :user)
            OR (blocks.user_id = :user AND blocks.blocked_id = other.user_id)) AS apart,
        EXISTS (SELECT FROM meeting_roles
            WHERE meeting_roles.meeting_id = room.meeting_id AND meeting_roles.user_id = :user)
          OR coalesce(meetings.host_id = :user, false) AND NOT EXISTS (
            SELECT FROM meeting_roles
              WHERE meeting_roles.meeting_id = room.meeting_id AND meeting_roles.role = 'host')
          AS hosting,
        EXISTS (SELECT FROM standing_decisions AS bans
          WHERE bans.meeting_id = room.meeting_id AND bans.user_id = :user
            AND bans.decision = 'ban') AS banned,
        EXISTS (SELECT FROM admissions WHERE admissions.meeting_id = room.meeting_id
          AND admissions.user_id = :user AND admissions.state = 'waiting') AS waits,
        EXISTS (SELECT FROM users WHERE users.id = :user AND users.kind = 'account') AS account
    ) AS facts
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN room.kind IN ('direct', 'group') THEN own.user_id IS NOT NULL
        WHEN room.kind = 'meeting-private' AND own.user_id IS NULL THEN false
        WHEN facts.here THEN true
        WHEN facts.banned OR facts.waits OR NOT facts.account OR NOT facts.was_here THEN false
        WHEN stay.leave_reason IN ('removed', 'banned') THEN false
        ELSE CASE coalesce(meetings.settings->>'chatAfter', 'participants')
          WHEN 'participants' THEN true
          WHEN 'hosts' THEN facts.hosting
          ELSE false
        END
      END AS may_read
    ) AS reading`;
}

/** One room. The binding `:room` is its id. */
export const ROOM = 'SELECT * FROM chat_rooms WHERE id = :room';

/** Of a query over rooms' rows: how much of others is unread, at most 100. The binding `:user` as above. */
export const UNREAD = `(
  SELECT count(*)::integer FROM (
    SELECT FROM chat_messages AS news
      WHERE news.room_id = room.id AND news.seq > coalesce(room.read_seq, 0)
        AND news.sender_id <> :user AND news.deleted_at IS NULL
      LIMIT 100
  ) AS counted
)`;
