import { isHosting } from '../../protocol/rights.ts';
import type { Logger } from '../core/logger.ts';
import { Arrivals } from './Arrivals.ts';
import { Attendance } from './Attendance.ts';
import { AuditTrail } from './AuditTrail.ts';
import { Departures } from './Departures.ts';
import { Door } from './Door.ts';
import { DoorBook } from './DoorBook.ts';
import { EventLog } from './EventLog.ts';
import type { Fanout } from './Fanout.ts';
import { HotKeeper } from './HotKeeper.ts';
import type { HotParticipant, HotStateStore } from './HotState.ts';
import { Leadership } from './Leadership.ts';
import { MeetingMedia, type MeetingMediaDeps } from './MeetingMedia.ts';
import { Moderation } from './Moderation.ts';
import { Participant } from './Participant.ts';
import { Pictures } from './Pictures.ts';
import { Queue, type QueueDeps } from './Queue.ts';
import { Roster } from './Roster.ts';
import { StageFeed } from './StageFeed.ts';
import type {
  AdmissionRecord,
  AdmissionStore,
  AuditStore,
  DecisionStore,
  MeetingRecord,
  ParticipantStore,
  PictureStore,
  RoleStore,
  StoredMeeting,
} from './stores.ts';
import type { Visitor } from './joinPolicy.ts';
import { WaitingRoom } from './WaitingRoom.ts';

/** What a meeting consists of. Everything in here is used in the meeting's mailbox. */
export interface MeetingParts {
  readonly roster: Roster;
  readonly media: MeetingMedia;
  readonly attendance: Attendance;
  readonly audit: AuditTrail;
  readonly book: DoorBook;
  readonly leadership: Leadership;
  readonly waitingRoom: WaitingRoom;
  readonly queue: Queue;
  readonly arrivals: Arrivals;
  readonly moderation: Moderation;
  readonly departures: Departures;
  readonly pictures: Pictures;
  readonly hot: HotKeeper;
  readonly feed: StageFeed;
}

export interface PartsDeps extends Omit<MeetingMediaDeps, 'settings' | 'feed'> {
  participants: ParticipantStore;
  admissions: AdmissionStore;
  decisions: DecisionStore;
  roles: RoleStore;
  hotState: HotStateStore;
  audits: AuditStore;
  pictures: Pick<PictureStore, 'picturesOf'>;
  fanout: Fanout;
  logger: Logger;
  now: () => number;
  earlyStartMs: number;
  /** How long a meeting waits for a host who lost the connection before somebody else becomes it. */
  hostGraceMs: number;
  assertMayWait: QueueDeps['assertMayWait'];
}

/** What only the meeting itself can tell its parts, or do for them. */
interface Own {
  meeting: () => Readonly<MeetingRecord>;
  invited: () => ReadonlySet<string>;
  /** What may follow from how things are now is looked at when the meeting's turn comes. */
  lookAgain: () => void;
  /** What the next owner needs is kept when the meeting's turn has come again. */
  flushLater: (delayMs: number) => void;
  /** Begins the time that somebody who waits may be away for. */
  whileAway: (userId: string) => NodeJS.Timeout;
  /** Begins the time that somebody who was in with an earlier owner has to be there again. */
  whileGone: (participantId: string) => NodeJS.Timeout;
}

/** Builds the parts of a meeting as it was stored: those who waited are awaited. */
export function createParts(
  stored: StoredMeeting,
  epoch: number,
  deps: PartsDeps,
  { meeting, invited, lookAgain, flushLater, whileAway, whileGone }: Own,
): MeetingParts {
  const { id: meetingId, hostId: creatorId } = stored.record;
  const { fanout, logger, now, admissions, assertMayWait, earlyStartMs } = deps;
  const roster = new Roster(meetingId, new EventLog(epoch), fanout, (id) => {
    hot.touch(id);
    feed.look();
  });
  const hot: HotKeeper = new HotKeeper(roster, {
    ...{ store: deps.hotState, logger, flushLater, now },
    startedAt: () => attendance.startedAt,
  });
  const media = new MeetingMedia(roster, {
    ...{ ...deps, settings: () => meeting().settings, feed: () => feed },
  });
  const feed: StageFeed = new StageFeed(roster, {
    ...{ media: deps.media, rtpCapabilities: () => media.rtpCapabilities, logger },
  });
  const audit = new AuditTrail(roster.fence, { store: deps.audits, logger, now });
  const book = new DoorBook(roster.fence, deps.decisions, stored);
  const waitingRoom = new WaitingRoom(roster, { fanout, message: () => meeting().waitingMessage });
  const pictures = new Pictures(roster, {
    ...{ store: deps.pictures, waitingRoom: () => waitingRoom, logger },
  });
  const attendance = new Attendance(
    roster,
    { ...deps, media, meeting, pictures, broadcast: () => feed.broadcast },
    stored.revived?.startedAt ?? 0,
  );
  const leadership = new Leadership(roster, stored.roles, {
    ...deps,
    creatorId,
    store: deps.roles,
    audit,
    lookAgain,
    async onRoleChanged(participant, before) {
      if (!isHosting(participant.role)) await media.enforce(participant);
      else if (!isHosting(before)) waitingRoom.showTo(participant);
    },
  });
  const shared = { attendance, waitingRoom, book, leadership, meeting, now };
  const door = new Door(roster, { ...shared, invited, earlyStartMs });
  const queue = new Queue(roster, {
    ...{ ...shared, door, admissions, audit, assertMayWait, pictures, logger },
  });
  const arrivals = new Arrivals(roster, { ...shared, door, queue });
  const moderation = new Moderation(roster, {
    ...{ media, audit, fanout, admissions, book, meeting, now },
  });
  const departures = new Departures(roster, {
    ...{ attendance, audit, book, leadership, moderation, meeting, now },
    participants: deps.participants,
  });
  for (const record of stored.admissions) {
    if (record.state !== 'waiting') continue;
    waitAgain(record, stored.pictures.get(record.userId) ?? null, waitingRoom, whileAway);
  }
  for (const one of stored.revived?.participants ?? []) {
    // Roles are stored elsewhere, and before: what is kept here may be older.
    const role = leadership.roleHere(one);
    const picture = stored.pictures.get(one.userId) ?? null;
    roster.add(revive({ ...one, role }, picture, whileGone(one.id)));
  }
  if (stored.revived) media.adopt(stored.revived.media);
  return {
    ...{ roster, media, attendance, audit, book, leadership },
    ...{ waitingRoom, queue, arrivals, moderation, departures, hot, pictures, feed },
  };
}

/** Somebody who was in with an earlier owner. */
function revive(
  hot: HotParticipant,
  avatarUrl: string | null,
  graceTimer: NodeJS.Timeout,
): Participant {
  const participant = new Participant(hot, { state: 'reconnecting', graceTimer });
  participant.avatarUrl = avatarUrl;
  participant.handRaisedAt = hot.handRaisedAt;
  for (const what of hot.stopped) participant.stopped.add(what);
  for (const what of hot.granted) participant.granted.add(what);
  return participant;
}

/** Somebody who waited when the server stopped keeps their place. */
function waitAgain(
  { participantId, userId, meetingId, email, name, deviceId, since }: AdmissionRecord,
  avatarUrl: string | null,
  waitingRoom: WaitingRoom,
  whileAway: Own['whileAway'],
): void {
  if (participantId === null) return;
  const visitor: Visitor =
    email === null ? { kind: 'guest', userId, meetingId } : { kind: 'account', userId, email };
  const connection = { state: 'reconnecting' as const, graceTimer: whileAway(userId) };
  waitingRoom.add({
    ...{ id: participantId, visitor, name, avatarUrl, deviceId, since, connection },
    devices: null,
  });
}
