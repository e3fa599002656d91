import { createId } from '../core/ids.ts';
import type { Visitor } from './joinPolicy.ts';
import type { AdmissionRecord, DecisionStore, Fence, StandingDecision } from './stores.ts';

/** Somebody who was let in and is not there. */
export interface Admission {
  /** Under which they will enter; null when they were in before. */
  participantId: string | null;
  name: string;
}

type Known = Pick<Visitor, 'kind' | 'userId'>;

/** Somebody about whom a host decides for good. */
export interface Decided {
  visitor: Known;
  deviceId: string | null;
  name: string;
}

/** Who may come back to one meeting without asking, who never waits there, and who is kept out. */
export class DoorBook {
  readonly #fence: Fence;
  readonly #store: DecisionStore;
  readonly #admissions = new Map<string, Admission>();
  #decisions: readonly StandingDecision[] = [];
  /** By what they are looked up at the door: there it must not matter how many there are. */
  readonly #kept = { admit: new Set<string>(), ban: new Set<string>() };

  constructor(
    fence: Fence,
    store: DecisionStore,
    known: { admissions: readonly AdmissionRecord[]; decisions: readonly StandingDecision[] },
  ) {
    this.#fence = fence;
    this.#store = store;
    this.#keep(known.decisions);
    for (const { state, userId, participantId, name } of known.admissions) {
      if (state === 'admitted') this.#admissions.set(userId, { participantId, name });
    }
  }

  get bans(): readonly StandingDecision[] {
    return this.#decisions.filter(({ decision }) => decision === 'ban');
  }

  admission(userId: string): Admission | undefined {
    return this.#admissions.get(userId);
  }

  /** Whether somebody who was let in and is not there yet will enter under this id. */
  isReserved(participantId: string): boolean {
    for (const admission of this.#admissions.values()) {
      if (admission.participantId === participantId) return true;
    }
    return false;
  }

  /** They are in, or may enter: until they leave they need not ask again. */
  remember(userId: string, admission: Admission): void {
    this.#admissions.set(userId, admission);
  }

  /** They come back by this name. */
  rename(userId: string, name: string): void {
    const admission = this.#admissions.get(userId);
    if (admission) this.#admissions.set(userId, { ...admission, name });
  }

  forget(userId: string): void {
    this.#admissions.delete(userId);
  }

  /** Everybody has to ask again. */
  clear(): void {
    this.#admissions.clear();
  }

  isBanned(visitor: Known, deviceId: string | null): boolean {
    return this.#decided('ban', visitor, deviceId);
  }

  /** Whether a host has decided that they never wait. */
  isTrusted(visitor: Known, deviceId: string | null): boolean {
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
      meetingId: this.#fence.meetingId,
      decision,
      userId: visitor.userId,
      // Whoever is kept out by their account is not to come back with another name.
      deviceId: visitor.kind === 'guest' || decision === 'ban' ? deviceId : null,
      name,
      guest: visitor.kind === 'guest',
      decidedBy: by.name,
      decidedAt: by.now,
    }));
    await this.#store.insert(this.#fence, decisions);
    const decided = new Set(decisions.map(({ userId }) => userId));
    const others = this.#decisions.filter(({ userId }) => !decided.has(userId));
    this.#keep([...others, ...decisions]);
    if (decision === 'ban') for (const userId of decided) this.#admissions.delete(userId);
  }

  /** Answers whom the ban was about; null when there is no such ban any more. */
  async liftBan(id: string): Promise<StandingDecision | null> {
    const ban = this.bans.find((one) => one.id === id);
    if (!ban) return null;
    await this.#store.remove(this.#fence, id);
    this.#keep(this.#decisions.filter((one) => one.id !== id));
    return ban;
  }

  #keep(decisions: readonly StandingDecision[]): void {
    this.#decisions = decisions;
    this.#kept.admit.clear();
    this.#kept.ban.clear();
    for (const { decision, userId, deviceId } of decisions) {
      this.#kept[decision].add(ofUser(userId));
      if (deviceId !== null) this.#kept[decision].add(ofDevice(deviceId));
    }
  }

  /** Accounts are known by themselves. A guest can be somebody else at any time; the browser stays the same. */
  #decided(wanted: StandingDecision['decision'], visitor: Known, deviceId: string | null): boolean {
    const kept = this.#kept[wanted];
    if (kept.has(ofUser(visitor.userId))) return true;
    return visitor.kind === 'guest' && deviceId !== null && kept.has(ofDevice(deviceId));
  }
}

function ofUser(userId: string): string {
  return `user ${userId}`;
}

function ofDevice(deviceId: string): string {
  return `device ${deviceId}`;
}
