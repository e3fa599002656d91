import { createId } from '../core/ids.ts';
import type { Visitor } from './joinPolicy.ts';
import type { AdmissionRecord, DecisionStore, StandingDecision } from './stores.ts';

/** Somebody who was let in and is not there. */
export interface Admission {
  /** Under which they will enter; null when they were in before. */
  participantId: string | null;
  name: string;
}

/** Somebody about whom a host decides for good. */
export interface Decided {
  visitor: Pick<Visitor, 'kind' | 'userId'>;
  deviceId: string | null;
  name: string;
}

/** Who may come back to one meeting without asking, who never waits there, and who is kept out. */
export class DoorBook {
  readonly #meetingId: string;
  readonly #store: DecisionStore;
  readonly #admissions = new Map<string, Admission>();
  #decisions: StandingDecision[];

  constructor(
    meetingId: string,
    store: DecisionStore,
    known: { admissions: readonly AdmissionRecord[]; decisions: readonly StandingDecision[] },
  ) {
    this.#meetingId = meetingId;
    this.#store = store;
    this.#decisions = [...known.decisions];
    for (const { state, userId, participantId, name } of known.admissions) {
      if (state === 'admitted') this.#admissions.set(userId, { participantId, name });
    }
  }

  /** Whether anybody was in, or let in, who has not left. */
  get hasAdmissions(): boolean {
    return this.#admissions.size > 0;
  }

  get bans(): readonly StandingDecision[] {
    return this.#decisions.filter(({ decision }) => decision === 'ban');
  }

  admission(userId: string): Admission | undefined {
    return this.#admissions.get(userId);
  }

  /** Whether somebody who was let in and is not there yet will enter under this id. */
  isReserved(participantId: string): boolean {
    return [...this.#admissions.values()].some((one) => one.participantId === participantId);
  }

  /** They are in, or may enter: until they leave they need not ask again. */
  remember(userId: string, admission: Admission): void {
    this.#admissions.set(userId, admission);
  }

  forget(userId: string): void {
    this.#admissions.delete(userId);
  }

  clear(): void {
    this.#admissions.clear();
  }

  isBanned(visitor: Visitor, deviceId: string | null): boolean {
    return this.#decided('ban', visitor, deviceId);
  }

  /** Whether a host has decided that they never wait. */
  isTrusted(visitor: Visitor, deviceId: string | null): boolean {
    return this.#decided('admit', visitor, deviceId);
  }

  /** Stores what was decided about people, in place of what was decided before. */
  async decide(
    decision: StandingDecision['decision'],
    people: readonly Decided[],
    by: { name: string; now: number },
  ): Promise<void> {
    const decisions = people.map(({ visitor, deviceId, name }) => ({
      id: createId(),
      meetingId: this.#meetingId,
      decision,
      userId: visitor.userId,
      // Whoever is kept out by their account is not to come back with another name.
      deviceId: visitor.kind === 'guest' || decision === 'ban' ? deviceId : null,
      name,
      guest: visitor.kind === 'guest',
      decidedBy: by.name,
      decidedAt: by.now,
    }));
    await this.#store.insert(decisions);
    const decided = new Set(decisions.map(({ userId }) => userId));
    const others = this.#decisions.filter(({ userId }) => !decided.has(userId));
    this.#decisions = [...others, ...decisions];
    if (decision === 'ban') for (const userId of decided) this.#admissions.delete(userId);
  }

  /** Answers whom the ban was about; null when there is no such ban any more. */
  async liftBan(id: string): Promise<StandingDecision | null> {
    const ban = this.bans.find((one) => one.id === id);
    if (!ban) return null;
    await this.#store.remove(this.#meetingId, id);
    this.#decisions = this.#decisions.filter((one) => one.id !== id);
    return ban;
  }

  /** Accounts are known by themselves. A guest can be somebody else at any time; the browser stays the same. */
  #decided(wanted: 'admit' | 'ban', visitor: Visitor, deviceId: string | null): boolean {
    return this.#decisions.some(
      ({ decision, userId, deviceId: decidedDevice }) =>
        decision === wanted &&
        (userId === visitor.userId ||
          (visitor.kind === 'guest' && decidedDevice !== null && decidedDevice === deviceId)),
    );
  }
}
