import type { Role } from '../../protocol/meetings.ts';
import type { AssignedRole } from './stores.ts';

/**
 * Roles that were given in one meeting, by user; who is not among them has the role that they have by
 * themselves. At most one is a host; where none is, the creator is.
 */
export type Roles = ReadonlyMap<string, AssignedRole>;

interface Person {
  kind: 'account' | 'guest';
  userId: string;
}

export function roleOf(person: Person, roles: Roles, creatorId: string): Role {
  if (person.kind === 'guest') return 'guest';
  const assigned = roles.get(person.userId)?.role;
  return assigned ?? (person.userId === creatorId ? 'host' : 'participant');
}

/** `to` is the host from now on; who was it until now becomes a co-host. */
export function handOver(roles: Roles, creatorId: string, to: string): Roles {
  const next = new Map(roles);
  const before = hostOf(roles, creatorId);
  if (before === to) return roles;
  next.set(before, { userId: before, role: 'cohost', returnsTo: 'cohost' });
  return withHost(next, creatorId, to, 'cohost');
}

/** `to` is the host until the one who was is back; whose place it was goes back to what they were. */
export function succeed(roles: Roles, creatorId: string, to: string): Roles {
  const returnsTo = roles.get(to)?.role === 'cohost' ? 'cohost' : 'participant';
  return withHost(withoutHost(roles), creatorId, to, returnsTo);
}

/** The creator is back: the role is theirs, and whoever had it is what they were before. */
export function giveBack(roles: Roles, creatorId: string): Roles {
  if (hostOf(roles, creatorId) === creatorId && !roles.has(creatorId)) return roles;
  const next = new Map(withoutHost(roles));
  next.delete(creatorId);
  return next;
}

/** Makes somebody who is not the host a co-host or an ordinary participant. */
export function assign(roles: Roles, userId: string, role: 'cohost' | 'participant'): Roles {
  if ((roles.get(userId)?.role ?? 'participant') === role) return roles;
  const next = new Map(roles);
  if (role === 'cohost') next.set(userId, { userId, role, returnsTo: 'cohost' });
  else next.delete(userId);
  return next;
}

/** User id of the host, present or not. */
export function hostOf(roles: Roles, creatorId: string): string {
  return [...roles.values()].find(({ role }) => role === 'host')?.userId ?? creatorId;
}

function withHost(
  roles: Roles,
  creatorId: string,
  to: string,
  returnsTo: AssignedRole['returnsTo'],
): Roles {
  const next = new Map(roles);
  if (to === creatorId) next.delete(to);
  else next.set(to, { userId: to, role: 'host', returnsTo });
  return next;
}

function withoutHost(roles: Roles): Roles {
  const next = new Map(roles);
  for (const { userId, role, returnsTo } of roles.values()) {
    if (role !== 'host') continue;
    if (returnsTo === 'cohost') next.set(userId, { userId, role: 'cohost', returnsTo: 'cohost' });
    else next.delete(userId);
  }
  return next;
}

/** Somebody who could be the host. */
export interface Candidate {
  userId: string;
  role: Role;
  joinedAt: number;
  connected: boolean;
  companion: boolean;
}

/** Who takes over when the host is gone: a co-host before others, then who has been here longest; never a guest. */
export function pickSuccessor<T extends Candidate>(present: readonly T[]): T | null {
  const able = present.filter(
    ({ role, connected, companion }) => role !== 'guest' && connected && !companion,
  );
  const [first = null] = able.sort(
    (a, b) => Number(b.role === 'cohost') - Number(a.role === 'cohost') || a.joinedAt - b.joinedAt,
  );
  return first;
}
