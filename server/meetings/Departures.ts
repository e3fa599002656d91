import type { LeaveReason } from '../../protocol/meetings.ts';
import { mayActOn } from '../../protocol/rights.ts';
import { AppError } from '../core/AppError.ts';
import type { Attendance } from './Attendance.ts';
import type { AuditTrail } from './AuditTrail.ts';
import type { DoorBook } from './DoorBook.ts';
import type { Leadership } from './Leadership.ts';
import type { Moderation } from './Moderation.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import type { MeetingRecord, ParticipantStore } from './stores.ts';

export interface DeparturesDeps {
  attendance: Attendance;
  audit: AuditTrail;
  book: DoorBook;
  leadership: Leadership;
  moderation: Moderation;
  participants: Pick<ParticipantStore, 'leaveReason'>;
  meeting: () => Readonly<MeetingRecord>;
  now: () => number;
}

/** Those who go, by themselves or put out, and what goes with them. Used in the meeting's mailbox only. */
export class Departures {
  readonly #roster: Roster;
  readonly #deps: DeparturesDeps;
  /** Ids of those who were put out: a request that is sent again finds it done. */
  readonly #expelled = new Set<string>();

  constructor(roster: Roster, deps: DeparturesDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Ends stays; whoever did not only lose the connection has to ask again. */
  async release(
    participants: readonly Participant[],
    reason: Extract<LeaveReason, 'left' | 'removed' | 'banned' | 'connection-lost'>,
  ): Promise<void> {
    const { attendance, book, leadership } = this.#deps;
    const onPurpose = reason !== 'connection-lost';
    await attendance.remove(participants, reason);
    if (onPurpose) {
      for (const { userId, companion } of participants) if (!companion) book.forget(userId);
    }
    await leadership.released(participants, onPurpose);
  }

  /** Puts somebody out, with all of their devices. @throws AppError FORBIDDEN, NOT_FOUND */
  async expel(actor: Participant, participantId: string, ban: boolean): Promise<void> {
    const { audit, book, leadership, moderation, now } = this.#deps;
    moderation.assertMay(actor, ban ? 'ban' : 'remove');
    if (await this.#wasExpelled(participantId, ban)) return;
    const places = this.#placesOf(actor, participantId, ban);
    const [target] = places;
    if (!target) return;
    // What they were made ends, too: a co-host would walk in again past every door.
    if (target.userId !== actor.userId) await leadership.dismiss(target.userId);
    if (ban) {
      const { name, deviceId } = target;
      const by = { name: actor.name, now: now() };
      await book.decide('ban', [{ visitor: personOf(target), deviceId, name }], by);
    }
    await this.#putOut(places, ban ? 'banned' : 'removed');
    if (ban) await this.putOutBanned();
    await audit.record(ban ? 'banned' : 'removed', actor, target);
  }

  /** Whether it is done already, also by an owner before this one. */
  async #wasExpelled(participantId: string, ban: boolean): Promise<boolean> {
    if (this.#expelled.has(participantId)) return true;
    if (this.#roster.get(participantId)) return false;
    const { meetingId } = this.#roster;
    const reason = await this.#deps.participants.leaveReason(meetingId, participantId);
    return reason === 'banned' || (reason === 'removed' && !ban);
  }

  /** Somebody was banned: who is in by that account, or as a guest in its browser, is out. */
  async putOutBanned(): Promise<void> {
    const { book } = this.#deps;
    const banned = this.#roster.participants.filter((one) => {
      return book.isBanned(personOf(one), one.deviceId);
    });
    await this.#putOut(banned, 'banned');
  }

  async #putOut(participants: readonly Participant[], reason: 'removed' | 'banned'): Promise<void> {
    if (participants.length === 0) return;
    await this.release(participants, reason);
    for (const { id } of participants) this.#expelled.add(id);
  }

  /**
   * All that goes when a host puts one of it out. A second screen is as safe as its owner, who alone
   * may close it and stay.
   * @throws AppError FORBIDDEN, NOT_FOUND
   */
  #placesOf(actor: Participant, participantId: string, ban: boolean): readonly Participant[] {
    const { leadership, meeting, moderation } = this.#deps;
    const right = ban ? 'ban' : 'remove';
    const target = moderation.target(actor, right, participantId);
    if (target.userId === actor.userId) {
      if (ban) throw new AppError('FORBIDDEN', { message: 'You cannot keep yourself out.' });
      return [target];
    }
    const { hostId, settings } = meeting();
    if (target.userId === hostId) {
      throw new AppError('FORBIDDEN', { message: 'Who made the meeting cannot be put out.' });
    }
    const role = leadership.roleOf(personOf(target));
    if (!mayActOn(actor.role, right, role, settings)) throw new AppError('FORBIDDEN');
    return this.#roster.ofUser(target.userId);
  }
}

/** Whose account, or guest's name, somebody is in with. */
function personOf({ role, userId }: Participant) {
  return { kind: role === 'guest' ? ('guest' as const) : ('account' as const), userId };
}
