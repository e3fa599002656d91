import type {
  Access,
  AuditEntry,
  AutoAdmit,
  LeaveReason,
  MeetingSettings,
  Role,
} from '../../protocol/meetings.ts';
import type { AdoptedMedia } from '../media/MediaCommands.ts';
import type { HotMeeting } from './HotState.ts';

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
  autoAdmit: AutoAdmit;
  /** What everybody who waits reads. */
  waitingMessage: string | null;
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
    | 'autoAdmit'
    | 'waitingMessage'
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

/** The owner's right to write: as long as nobody has taken the meeting over with a higher epoch. */
export interface Fence {
  meetingId: string;
  epoch: number;
}

/**
 * Durable meetings. What takes a fence, here and in the stores below, throws StaleEpochError and
 * changes nothing once another owner has taken over.
 */
export interface MeetingStore {
  /** @throws AppError CONFLICT when the code is taken. */
  insert(meeting: Omit<MeetingRecord, 'hostName'>): Promise<void>;
  findById(id: string): Promise<MeetingRecord | null>;
  findByCode(code: string): Promise<MeetingRecord | null>;
  /** Meetings that the user hosts or has been in, newest first. */
  listForUser(userId: string, page: { before?: string; limit: number }): Promise<MeetingPage>;
  /** Highest epoch that any owner had, 0 for none; null for a meeting that does not exist. */
  ownerEpoch(id: string): Promise<number | null>;
  /** From now on owners of lower epochs write nothing any more; what they were at is done. */
  claim(fence: Fence): Promise<void>;
  update(fence: Fence, patch: MeetingPatch): Promise<void>;
  listInvited(id: string): Promise<string[]>;
  /** Replaces the invited emails. */
  setInvited(fence: Fence, emails: string[]): Promise<void>;
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
  /** A second screen of somebody who is in on another device. */
  companion: boolean;
}

/** The end of a stay. */
export interface Departure {
  participantId: string;
  leftAt: number;
  reason: LeaveReason;
  /** Whether they have to ask again before they come back. */
  forgetAdmission: boolean;
}

/** Pictures of people with an account. */
export interface PictureStore {
  /** Addresses for those in a meeting with them, by user; of those who have one. */
  picturesOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Meetings that somebody is in or waits for. */
  meetingsWith(userId: string): Promise<string[]>;
}

/** Durable record of who was in which meeting. */
export interface ParticipantStore {
  /**
   * Stores all stays or none, and that these people may come back until they leave. A companion's
   * stay gives no such right: its owner has one.
   * @param starts whether nobody was in before
   */
  enter(fence: Fence, participants: ParticipantRecord[], starts?: boolean): Promise<void>;
  /** @param empties whether nobody is in any more */
  leave(fence: Fence, departures: Departure[], empties?: boolean): Promise<void>;
  /** Why the stay ended; null for one that goes on, or that there never was. */
  leaveReason(meetingId: string, participantId: string): Promise<LeaveReason | null>;
  /** Stays that have not ended. */
  listOpen(meetingId: string): Promise<ParticipantRecord[]>;
  /** Meetings in which somebody's stay has not ended. */
  meetingsWithOpen(): Promise<string[]>;
}

/** Somebody who waits, or who may come back without asking. */
export interface AdmissionRecord {
  meetingId: string;
  userId: string;
  state: 'waiting' | 'admitted';
  /** Under which they wait, or will enter; null once that stay has begun. */
  participantId: string | null;
  deviceId: string | null;
  name: string;
  /** When they asked. */
  since: number;
  /** Null for guests. */
  email: string | null;
}

/** Durable waiting rooms and admissions. */
export interface AdmissionStore {
  /** Those who wait before those who asked later. */
  list(meetingId: string): Promise<AdmissionRecord[]>;
  /** Somebody begins to wait. */
  wait(fence: Fence, admission: AdmissionRecord): Promise<void>;
  /** People who wait may enter when they are back. */
  admit(fence: Fence, userIds: string[], at: number): Promise<void>;
  rename(fence: Fence, userId: string, name: string): Promise<void>;
  /** People do not wait any more: they were turned away, or have gone. */
  remove(
    fence: Fence,
    userIds: string[],
    how: { outcome: 'denied' | 'left'; at: number },
  ): Promise<void>;
  /** Which of these places in the queue have ended by being turned away. */
  denied(meetingId: string, participantIds: readonly string[]): Promise<string[]>;
  /** Everybody of the meeting has to ask again. */
  clear(fence: Fence): Promise<void>;
  /** Meetings of which somebody waits, or may come back. */
  meetings(): Promise<string[]>;
}

/** What was decided about somebody for good: always let in, or never. */
export interface StandingDecision {
  id: string;
  meetingId: string;
  decision: 'admit' | 'ban';
  userId: string;
  /** Guests on it are meant, too; null: nobody but the user. */
  deviceId: string | null;
  name: string;
  guest: boolean;
  /** Name of who decided. */
  decidedBy: string;
  decidedAt: number;
}

/** Durable standing decisions. */
export interface DecisionStore {
  list(meetingId: string): Promise<StandingDecision[]>;
  /** One that is there already about the same person is replaced; whoever is banned is not let in any more. */
  insert(fence: Fence, decisions: StandingDecision[]): Promise<void>;
  remove(fence: Fence, id: string): Promise<void>;
}

/** A role that differs from what somebody would have by themselves. */
export interface AssignedRole {
  userId: string;
  role: 'host' | 'cohost';
  /** What a host becomes when another takes over. */
  returnsTo: 'cohost' | 'participant';
}

/** Durable roles. */
export interface RoleStore {
  list(meetingId: string): Promise<AssignedRole[]>;
  /** Replaces all roles of the meeting. */
  replace(fence: Fence, roles: readonly AssignedRole[]): Promise<void>;
}

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'> & { at: number };

/** Durable record of what hosts did. */
export interface AuditStore {
  /** Stores all or none. */
  append(fence: Fence, entries: readonly NewAuditEntry[]): Promise<void>;
  /** Newest first. */
  list(
    meetingId: string,
    page: { before: number | undefined; limit: number },
  ): Promise<{ entries: AuditEntry[]; next: number | null }>;
}

export interface RevivedMeeting extends Omit<HotMeeting, 'savedAt'> {
  /** Ids of those who entered last: the owner may have been lost before it told them. */
  untold: readonly string[];
  media: AdoptedMedia;
}

/** Everything that is kept of a meeting while nobody is in it. */
export interface StoredMeeting {
  record: MeetingRecord;
  invited: readonly string[];
  admissions: readonly AdmissionRecord[];
  decisions: readonly StandingDecision[];
  roles: readonly AssignedRole[];
  /** Addresses of the pictures of those who are in or wait, by user. */
  pictures: ReadonlyMap<string, string>;
  /** Those who are in, where an earlier owner was lost; null where nobody is. */
  revived: RevivedMeeting | null;
}
