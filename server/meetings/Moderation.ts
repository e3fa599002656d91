import type { Reaction, Stoppable } from '../../protocol/meetings.ts';
import { isHosting, mayActOn, mayDo, type Right } from '../../protocol/rights.ts';
import { AppError } from '../core/AppError.ts';
import type { AuditTrail } from './AuditTrail.ts';
import type { DoorBook } from './DoorBook.ts';
import type { Fanout } from './Fanout.ts';
import type { MeetingMedia } from './MeetingMedia.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import type { AdmissionStore, MeetingRecord } from './stores.ts';

export interface ModerationDeps {
  media: MeetingMedia;
  audit: AuditTrail;
  fanout: Fanout;
  admissions: AdmissionStore;
  book: DoorBook;
  meeting: () => Readonly<MeetingRecord>;
  now: () => number;
}

const STOPPED = {
  microphone: ['mute-others', 'muted'],
  camera: ['stop-media-of-others', 'camera-stopped'],
  screen: ['stop-media-of-others', 'share-stopped'],
} as const satisfies Record<Stoppable, readonly [Right, string]>;

/** What people in one meeting do to each other, and may do themselves: every right is asked for here. */
export class Moderation {
  readonly #roster: Roster;
  readonly #deps: ModerationDeps;

  constructor(roster: Roster, deps: ModerationDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** @throws AppError FORBIDDEN */
  assertMay(actor: Participant, right: Right): void {
    if (!mayDo(actor.role, right, this.#settings)) throw new AppError('FORBIDDEN');
  }

  /**
   * The participant that a host acts on.
   * @throws AppError FORBIDDEN, NOT_FOUND
   */
  target(actor: Participant, right: Right, participantId: string): Participant {
    this.assertMay(actor, right);
    const target = this.#roster.get(participantId);
    if (!target) {
      throw new AppError('NOT_FOUND', { message: 'This person is not in the meeting.' });
    }
    if (!mayActOn(actor.role, right, target.role, this.#settings)) throw new AppError('FORBIDDEN');
    return target;
  }

  /** @returns whether there was anything to stop. @throws AppError FORBIDDEN, NOT_FOUND */
  async stop(actor: Participant, participantId: string, what: Stoppable): Promise<boolean> {
    const [right, action] = STOPPED[what];
    const target = this.target(actor, right, participantId);
    const stopped = await this.#deps.media.stop(target, what, actor);
    if (stopped) await this.#deps.audit.record(action, actor, target);
    return stopped;
  }

  /** Mutes everybody but hosts. @returns whom. @throws AppError FORBIDDEN */
  async muteAll(actor: Participant): Promise<string[]> {
    this.assertMay(actor, 'mute-others');
    const concerned = this.#roster.participants.filter(({ role }) => !isHosting(role));
    const outcomes = await Promise.all(
      concerned.map(async (target) => ({
        id: target.id,
        muted: await this.#deps.media.stop(target, 'microphone', actor),
      })),
    );
    await this.#deps.audit.record('muted', actor, null);
    return outcomes.filter(({ muted }) => muted).map(({ id }) => id);
  }

  /**
   * Lets somebody turn on the microphone or camera, and asks them to.
   * @throws AppError FORBIDDEN, NOT_FOUND, INVALID_STATE
   */
  async askToUnmute(
    actor: Participant,
    participantId: string,
    source: 'microphone' | 'camera',
  ): Promise<void> {
    const target = this.target(actor, 'ask-to-unmute', participantId);
    if (target.companion && source === 'microphone') {
      throw new AppError('INVALID_STATE', { message: 'A second screen has no sound.' });
    }
    target.granted.add(source);
    this.#roster.touch(target);
    this.#roster.tell(target, 'unmute-requested', {
      meetingId: this.#roster.meetingId,
      by: { participantId: actor.id, name: actor.name },
      source,
    });
    await this.#deps.audit.record('asked-to-unmute', actor, target, { source });
  }

  raiseHand(participant: Participant, raised: boolean): void {
    if ((participant.handRaisedAt !== null) === raised) return;
    // Two hands in one millisecond are still one after the other.
    const latest = Math.max(0, ...this.#roster.participants.map((one) => one.handRaisedAt ?? 0));
    participant.handRaisedAt = raised ? Math.max(this.#deps.now(), latest + 1) : null;
    const { handRaisedAt } = participant;
    this.#roster.publish('participant-hand-updated', {
      participantId: participant.id,
      handRaised: raised,
      handRaisedAt: handRaisedAt === null ? null : new Date(handRaisedAt).toISOString(),
    });
  }

  /** Lowers one's own hand, or somebody's. @throws AppError FORBIDDEN, NOT_FOUND */
  async lowerHand(actor: Participant, participantId: string): Promise<void> {
    const own = participantId === actor.id;
    const target = own ? actor : this.target(actor, 'lower-hands', participantId);
    if (target.handRaisedAt === null) return;
    this.raiseHand(target, false);
    if (!own) await this.#deps.audit.record('hand-lowered', actor, target);
  }

  /** @throws AppError FORBIDDEN */
  async lowerAllHands(actor: Participant): Promise<void> {
    this.assertMay(actor, 'lower-hands');
    for (const participant of this.#roster.participants) this.raiseHand(participant, false);
    await this.#deps.audit.record('hand-lowered', actor, null);
  }

  /** Gives oneself or somebody another name. @throws AppError FORBIDDEN, NOT_FOUND */
  async rename(actor: Participant, participantId: string, name: string): Promise<void> {
    const own = participantId === actor.id;
    if (own) this.assertMay(actor, 'rename-self');
    const target = own ? actor : this.target(actor, 'rename-others', participantId);
    if (target.name === name) return;
    const before = target.name;
    if (!target.companion) {
      await this.#deps.admissions.rename(this.#roster.fence, target.userId, name);
      this.#deps.book.rename(target.userId, name);
    }
    target.name = name;
    this.#roster.publish('participant-renamed', { participantId: target.id, name });
    await this.#deps.audit.record('renamed', actor, target, { before, name });
  }

  /** @throws AppError FORBIDDEN */
  react(participant: Participant, reaction: Reaction): void {
    this.assertMay(participant, 'react');
    const { meetingId } = this.#roster;
    this.#deps.fanout.toMeeting('reaction-sent', {
      meetingId,
      participantId: participant.id,
      reaction,
    });
  }

  get #settings() {
    return this.#deps.meeting().settings;
  }
}
