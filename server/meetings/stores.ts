import type { Access, LeaveReason, MeetingSettings, Role } from '../../protocol/meetings.ts';

/** A meeting as it is stored. Times are milliseconds since the Unix epoch. */
export interface MeetingRecord {
  id: string;
  code: string;
  title: string;
  hostId: string;
  hostName: string;
  passcodeHash: string | null;
  capacity: number;
  waitingRoom: boolean;
  allowGuests: boolean;
  access: Access;
  locked: boolean;
  settings: MeetingSettings;
  startsAt: number | null;
  endsAt: number | null;
  endedAt: number | null;
  createdAt: number;
}

/** What may change after creation. */
export type MeetingPatch = Partial<
  Pick<
    MeetingRecord,
    | 'title'
    | 'passcodeHash'
    | 'capacity'
    | 'waitingRoom'
    | 'allowGuests'
    | 'access'
    | 'locked'
    | 'settings'
    | 'startsAt'
    | 'endsAt'
    | 'endedAt'
  >
>;

export interface MeetingPage {
  meetings: MeetingRecord[];
  /** Cursor of the next page; null on the last. */
  next: string | null;
}

/** Durable meetings. */
export interface MeetingStore {
  /** @throws AppError CONFLICT when the code is taken. */
  insert(meeting: Omit<MeetingRecord, 'hostName'>): Promise<void>;
  findById(id: string): Promise<MeetingRecord | null>;
  findByCode(code: string): Promise<MeetingRecord | null>;
  /** Meetings that the user hosts or has been in, newest first. */
  listForUser(userId: string, page: { before?: string; limit: number }): Promise<MeetingPage>;
  /** A higher `owner_epoch` in the row means that another owner has taken over: nothing is written. */
  update(id: string, patch: MeetingPatch, ownerEpoch: number): Promise<void>;
  listInvited(id: string): Promise<string[]>;
  /** Replaces the invited emails. */
  setInvited(id: string, emails: string[]): Promise<void>;
}

/** One person's stay in a meeting, as it is stored. */
export interface ParticipantRecord {
  id: string;
  meetingId: string;
  userId: string;
  deviceId: string | null;
  name: string;
  role: Role;
  joinedAt: number;
}

/** Durable record of who was in which meeting. */
export interface ParticipantStore {
  /** Stores all or none. */
  insertMany(participants: ParticipantRecord[]): Promise<void>;
  markLeft(departures: { id: string; leftAt: number; reason: LeaveReason }[]): Promise<void>;
  /** Stays that a crashed process left open: those not left, of every meeting, are closed at `leftAt`. */
  closeAllOpen(leftAt: number): Promise<number>;
}
