import type { Knex } from 'knex';
import type { RecordingChatStore, WrittenChat } from '../live/recordings/RecordingChat.ts';
import type { TimelinePiece } from '../live/recordings/timeline.ts';

interface RecordedRow {
  meeting_id: string;
  timeline: TimelinePiece[] | null;
  started_at: Date;
  ended_at: Date;
}

interface MessageRow {
  id: string;
  sender_name: string;
  content: string;
  created_at: Date;
  edited_at: Date | null;
}

/** More than anybody reads beside a video, and little enough to be sent at once. */
const MOST = 10_000;

/** Reads what was written while meetings were recorded, from PostgreSQL or PGlite. */
export class RecordingChatRepository implements RecordingChatStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async written(recordingId: string): Promise<WrittenChat | null> {
    const recorded = await this.#db('recordings')
      .join('meetings', 'meetings.id', 'recordings.meeting_id')
      .where('recordings.id', recordingId)
      .whereNull('recordings.removed_at')
      .whereNotNull('recordings.ended_at')
      .whereRaw(`coalesce(meetings.settings->>'chatAfter', 'participants') <> 'nobody'`)
      .first<RecordedRow | undefined>(
        ...['recordings.meeting_id', 'recordings.timeline'],
        ...['recordings.started_at', 'recordings.ended_at'],
      );
    if (!recorded) return null;
    // Everybody's room: what was written to one person is nobody else's.
    const rows = await this.#db('chat_messages')
      .join('chat_rooms', 'chat_rooms.id', 'chat_messages.room_id')
      .where({ 'chat_rooms.meeting_id': recorded.meeting_id, 'chat_rooms.kind': 'meeting' })
      .whereNull('chat_messages.deleted_at')
      .whereBetween('chat_messages.created_at', [recorded.started_at, recorded.ended_at])
      .orderBy('chat_messages.seq')
      .limit(MOST)
      .select<MessageRow[]>(
        ...['chat_messages.id', 'chat_messages.sender_name', 'chat_messages.content'],
        ...['chat_messages.created_at', 'chat_messages.edited_at'],
      );
    return {
      timeline: recorded.timeline,
      startedAt: recorded.started_at.getTime(),
      endedAt: recorded.ended_at.getTime(),
      messages: rows.map((row) => ({
        ...{ id: row.id, name: row.sender_name, content: row.content },
        ...{ at: row.created_at.getTime(), editedAt: row.edited_at?.getTime() ?? null },
      })),
    };
  }
}
