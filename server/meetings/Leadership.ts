import { AppError } from '../core/AppError.ts';
import type { AuditTrail } from './AuditTrail.ts';
import type { Participant } from './Participant.ts';
import {
  assign,
  giveBack,
  handOver,
  hostOf,
  pickSuccessor,
  roleOf,
  succeed,
  type Roles,
} from './roles.ts';
import type { Roster } from './Roster.ts';
import type { AssignedRole, RoleStore } from './stores.ts';

export interface LeadershipDeps {
  creatorId: string;
  store: RoleStore;
  audit: AuditTrail;
  now: () => number;
  /** How long a meeting waits for a host who lost the connection. */
  hostGraceMs: number;
  /** Has `supervise` called again when it is the turn of this meeting. */
  lookAgain: () => void;
  /** Somebody's role is another: what they may not do any more ends, what they may see is shown. */
  onRoleChanged: (participant: Participant, before: Participant['role']) => Promise<void>;
}

/** Who leads one meeting: roles that are given, handed over, and passed on when the host is gone. */
export class Leadership {
  readonly #roster: Roster;
  readonly #deps: LeadershipDeps;
  #roles: Roles;
  /** Since when the meeting has been without its host; `left`: they went on purpose. */
  #hostGoneSince: number | 'left' | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(roster: Roster, assigned: readonly AssignedRole[], deps: LeadershipDeps) {
    this.#roster = roster;
    this.#deps = deps;
    this.#roles = new Map(assigned.map((role) => [role.userId, role]));
  }

  /** The role that somebody has, or will have when they enter. */
  roleOf(person: { kind: 'account' | 'guest'; userId: string }): Participant['role'] {
    return roleOf(person, this.#roles, this.#deps.creatorId);
  }

  /** The role of somebody who is in: the creator who was away has theirs back on return, and until then there is one host. */
  roleHere({ userId, role, companion }: Pick<Participant, 'userId' | 'role' | 'companion'>) {
    const { creatorId } = this.#deps;
    if (companion || role === 'guest') return role;
    const awaited = userId === creatorId && hostOf(this.#roles, creatorId) !== creatorId;
    const own = roleOf({ kind: 'account', userId }, this.#roles, creatorId);
    return awaited && own === 'host' ? 'participant' : own;
  }

  /** @throws AppError INVALID_STATE for whom no such role can be given, FORBIDDEN */
  async assign(
    actor: Participant,
    target: Participant,
    role: 'host' | 'cohost' | 'participant',
  ): Promise<void> {
    if (target.role === role) return;
    if (target.role === 'guest' || target.companion) {
      throw new AppError('INVALID_STATE', {
        message: 'Hosts and co-hosts need an account, and its main device.',
      });
    }
    const { creatorId, audit } = this.#deps;
    if (target.userId === creatorId && role === 'participant') {
      throw new AppError('FORBIDDEN', { message: 'Who made the meeting stays a co-host.' });
    }
    const next =
      role === 'host'
        ? handOver(this.#roles, creatorId, target.userId)
        : assign(this.#roles, target.userId, role);
    await this.#change(next);
    const action = role === 'host' ? 'host-handed-over' : 'role-changed';
    await audit.record(action, actor, target, { role });
  }

  /** The creator enters or is back: nobody else is the host then. */
  async receiveCreator(): Promise<void> {
    const { creatorId } = this.#deps;
    // Handed over, and here without a break since.
    if (this.#roles.get(creatorId)?.role === 'cohost') return;
    await this.#change(giveBack(this.#roles, creatorId));
  }

  /** Somebody is put out: what they were made ends, so that they do not come back with it. */
  async dismiss(userId: string): Promise<void> {
    await this.#change(assign(this.#roles, userId, 'participant'));
  }

  /** The meeting is empty: the next time it is its creator's again, and a co-host is a co-host. */
  async reset(): Promise<void> {
    await this.#change(giveBack(this.#roles, this.#deps.creatorId));
  }

  /** People have left the roster. @param onPurpose they did not lose their connection */
  async released(gone: readonly Participant[], onPurpose: boolean): Promise<void> {
    const { creatorId } = this.#deps;
    const creatorLeft = gone.some(({ userId, companion }) => userId === creatorId && !companion);
    if (creatorLeft && this.#roles.get(creatorId)?.role === 'cohost') {
      // When they come again they are the host again.
      await this.#change(assign(this.#roles, creatorId, 'participant'));
    }
    if (onPurpose && gone.some(({ role }) => role === 'host')) this.#hostGoneSince = 'left';
    if (this.#roster.size === 0) this.#hostGoneSince = null;
  }

  /** Looks whether the meeting has a host, and passes the role on when it has been without for too long. */
  async supervise(): Promise<void> {
    clearTimeout(this.#timer);
    const { now, hostGraceMs, lookAgain } = this.#deps;
    const host = this.#roster.participants.find(({ role }) => role === 'host');
    if (this.#roster.size === 0 || host?.connection.state === 'connected') {
      this.#hostGoneSince = null;
      return;
    }
    this.#hostGoneSince ??= now();
    const since = this.#hostGoneSince;
    const waitMs = since === 'left' ? 0 : since + hostGraceMs - now();
    if (waitMs > 0) {
      this.#timer = setTimeout(lookAgain, waitMs);
      return;
    }
    await this.#passOn();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #passOn(): Promise<void> {
    const successor = pickSuccessor(
      this.#roster.participants.map((participant) => ({
        participant,
        userId: participant.userId,
        role: participant.role,
        joinedAt: participant.joinedAt,
        connected: participant.connection.state === 'connected',
        companion: participant.companion,
      })),
    )?.participant;
    // Nobody who could: the next who comes is looked at.
    if (!successor) return;
    const { creatorId, audit } = this.#deps;
    await this.#change(succeed(this.#roles, creatorId, successor.userId));
    this.#hostGoneSince = null;
    await audit.record('host-succeeded', null, successor, { role: 'host' });
  }

  /** Stores the roles, then gives them to those who are present. */
  async #change(next: Roles): Promise<void> {
    if (next === this.#roles) return;
    const { store, onRoleChanged } = this.#deps;
    await store.replace(this.#roster.fence, [...next.values()]);
    this.#roles = next;
    const changed: { participant: Participant; before: Participant['role'] }[] = [];
    for (const participant of this.#roster.participants) {
      if (participant.companion || participant.role === 'guest') continue;
      const before = participant.role;
      const role = this.roleHere(participant);
      if (role === before) continue;
      participant.role = role;
      this.#roster.publish('participant-role-updated', { participantId: participant.id, role });
      changed.push({ participant, before });
    }
    // Once everybody has their role: what follows may fail, and must not leave two hosts.
    for (const { participant, before } of changed) await onRoleChanged(participant, before);
  }
}
