/** As a column of a room; null: there is none. */
export interface ReplayColumn {
  recordingId: string;
  isReady: boolean;
}

/**
 * Of a row of `live_rooms`, what its listeners may watch: the last video whose recording began while the room was on
 * air. What was recorded before nobody has agreed to show.
 */
export const REPLAY = `(
  SELECT json_build_object('recordingId', recordings.id, 'isReady', recordings.state = 'ready')
    FROM recordings
    WHERE live_rooms.offers_replay AND live_rooms.desired = 'off'
      AND recordings.meeting_id = live_rooms.meeting_id AND recordings.removed_at IS NULL
      AND recordings.composite AND recordings.state <> 'failed'
      AND recordings.started_at BETWEEN live_rooms.started_at AND live_rooms.stopped_at
      AND (recordings.state <> 'ready' OR EXISTS (
        SELECT FROM recording_files
          WHERE recording_files.recording_id = recordings.id AND kind = 'composite'))
    ORDER BY recordings.started_at DESC LIMIT 1
) AS replay`;

/** Of a row of `meetings`: whether participants may write in its chat. */
export const MAY_CHAT = "coalesce((meetings.settings->>'mayChat')::boolean, true) AS may_chat";
