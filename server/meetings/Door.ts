import type { Attendance, Newcomer } from './Attendance.ts';
import type { DoorBook } from './DoorBook.ts';
import { decideAtDoor, type DoorDecision, type PasscodeState, type Visitor } from './joinPolicy.ts';
import type { Leadership } from './Leadership.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import type { MeetingRecord } from './stores.ts';
import type { WaitingRoom } from './WaitingRoom.ts';

export interface DoorDeps {
  attendance: Attendance;
  waitingRoom: WaitingRoom;
  book: DoorBook;
  leadership: Leadership;
  meeting: () => Readonly<MeetingRecord>;
  invited: () => ReadonlySet<string>;
  now: () => number;
  earlyStartMs: number;
}

/** What is known of somebody's case beyond who they are. */
export interface Case {
  passcode: PasscodeState;
  /** Was let in, and has not left since. */
  admitted: boolean;
  /** People who are on their way in as well. */
  further: number;
}

/** The door of one meeting: who may come in, and coming in itself. Used in the meeting's mailbox only. */
export class Door {
  readonly #roster: Roster;
  readonly #deps: DoorDeps;

  constructor(roster: Roster, deps: DoorDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Places that are free. */
  get free(): number {
    return Math.max(0, this.#deps.meeting().capacity - this.#roster.size);
  }

  decide(visitor: Visitor, deviceId: string | null, of: Case): DoorDecision {
    const { book, leadership, meeting, invited, now, earlyStartMs } = this.#deps;
    return decideAtDoor(
      visitor,
      {
        role: leadership.roleOf(visitor),
        banned: book.isBanned(visitor, deviceId),
        trusted: book.isTrusted(visitor, deviceId),
        admitted: of.admitted,
        passcode: of.passcode,
      },
      {
        meeting: meeting(),
        invited: invited(),
        occupied: this.#roster.size + of.further,
        hostPresent: this.#roster.isLed,
        now: now(),
        earlyStartMs,
      },
    );
  }

  /** Stores them and lets them in, out of the queue if they waited: all or, when that fails, none. */
  async letIn(newcomers: readonly Newcomer[]): Promise<Participant[]> {
    const { attendance, book, waitingRoom } = this.#deps;
    if (newcomers.length === 0) return [];
    const entered = await attendance.enter(newcomers);
    for (const { userId, name, companion } of entered) {
      if (!companion) book.remember(userId, { participantId: null, name });
    }
    const queued = entered.flatMap(({ id }) => waitingRoom.get(id) ?? []);
    waitingRoom.remove(queued, 'admitted');
    return entered;
  }

  /** Shows the meeting to those who have just come in, and the queue to those who host. */
  welcome(arrivals: readonly Participant[]): void {
    if (arrivals.length === 0) return;
    const { attendance, waitingRoom } = this.#deps;
    // One picture of the roster for all who enter together.
    const snapshot = attendance.snapshot();
    const hosts = new Set(this.#roster.hosts);
    for (const participant of arrivals) {
      attendance.welcome(participant, snapshot);
      if (hosts.has(participant)) waitingRoom.showTo(participant);
    }
  }
}
