import type { Role, Stoppable } from '../../protocol/meetings.ts';

/** What is kept of somebody who is in, so that another node can go on with the meeting. */
export interface HotParticipant {
  id: string;
  userId: string;
  name: string;
  role: Role;
  deviceId: string | null;
  joinedAt: number;
  companion: boolean;
  handRaisedAt: number | null;
  stopped: readonly Stoppable[];
  granted: readonly ('microphone' | 'camera')[];
}

/** What a meeting knows beyond the database. Producers are not here: the media layer is asked for those. */
export interface HotMeeting {
  startedAt: number;
  /** When the owner wrote last; null where its version did not say. Whoever joined since is not in it. */
  savedAt: number | null;
  participants: readonly HotParticipant[];
}

export interface HotChanges {
  startedAt: number;
  /** Now, by the clock that the times of joining are of. */
  savedAt: number;
  /** New or different. */
  put: readonly HotParticipant[];
  /** Ids of those who have left. */
  remove: readonly string[];
}

/** Keeps what a meeting's next owner needs. Gone a while after nobody wrote, or with the meeting. */
export interface HotStateStore {
  load(meetingId: string): Promise<HotMeeting | null>;
  /** Writes all or nothing. @throws StaleEpochError */
  save(meetingId: string, epoch: number, changes: HotChanges): Promise<void>;
  /** Nobody is in the meeting any more. @throws StaleEpochError */
  clear(meetingId: string, epoch: number): Promise<void>;
}

/** Participants as everybody reads them: by when they joined. */
export function inOrder(participants: readonly HotParticipant[]): HotParticipant[] {
  return [...participants].sort(
    (a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
}
