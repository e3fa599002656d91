import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assign,
  giveBack,
  handOver,
  hostOf,
  pickSuccessor,
  roleOf,
  succeed,
  type Candidate,
  type Roles,
} from '../../../../server/meetings/roles.ts';

const CREATOR = 'ada';
const nobody: Roles = new Map();
const account = (userId: string) => ({ kind: 'account' as const, userId });
const role = (userId: string, roles: Roles) => roleOf(account(userId), roles, CREATOR);

test('by themselves people are what they are', () => {
  expect(role('ada', nobody)).toBe('host');
  expect(role('alan', nobody)).toBe('participant');
  expect(roleOf({ kind: 'guest', userId: 'ada' }, nobody, CREATOR)).toBe('guest');
});

test('a host who hands over is a co-host', () => {
  const roles = handOver(nobody, CREATOR, 'alan');
  expect([role('ada', roles), role('alan', roles)]).toEqual(['cohost', 'host']);
  const next = handOver(roles, CREATOR, 'edsger');
  expect([role('ada', next), role('alan', next), role('edsger', next)]).toEqual([
    ...['cohost', 'cohost', 'host'],
  ]);
  expect(handOver(roles, CREATOR, 'alan')).toBe(roles);
});

test('a successor gives the role back and is again what they were', () => {
  const promoted = assign(nobody, 'alan', 'cohost');
  for (const [before, then] of [
    [nobody, 'participant'],
    [promoted, 'cohost'],
  ] as const) {
    const roles = succeed(before, CREATOR, 'alan');
    expect(role('alan', roles)).toBe('host');
    expect(role('alan', giveBack(roles, CREATOR))).toBe(then);
    expect(role('ada', giveBack(roles, CREATOR))).toBe('host');
  }
});

test('whoever is succeeded by somebody else is again what they were', () => {
  const roles = succeed(succeed(nobody, CREATOR, 'alan'), CREATOR, 'edsger');
  expect([role('alan', roles), role('edsger', roles)]).toEqual(['participant', 'host']);
});

const people = fc.constantFrom('ada', 'alan', 'edsger', 'grace');
const step = fc.oneof(
  fc.record({ does: fc.constant('handOver' as const), to: people }),
  fc.record({ does: fc.constant('succeed' as const), to: people }),
  fc.record({ does: fc.constant('giveBack' as const), to: people }),
  fc.record({ does: fc.constant('cohost' as const), to: people }),
);

test('whatever happens there is one host', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let roles = nobody;
      for (const { does, to } of steps) {
        if (does === 'handOver') roles = handOver(roles, CREATOR, to);
        else if (does === 'succeed') roles = succeed(roles, CREATOR, to);
        else if (does === 'giveBack') roles = giveBack(roles, CREATOR);
        else if (to !== hostOf(roles, CREATOR)) roles = assign(roles, to, 'cohost');
        const host = hostOf(roles, CREATOR);
        expect(role(host, roles)).toBe('host');
        const stored = [...roles.values()].filter((one) => one.role === 'host');
        expect(stored.length).toBeLessThanOrEqual(1);
        if (does === 'handOver' || does === 'succeed') expect(host).toBe(to);
        if (does === 'giveBack') expect(host).toBe(CREATOR);
      }
    }),
  );
});

describe('a successor is', () => {
  const one = (userId: string, values: Partial<Candidate> = {}): Candidate => ({
    userId,
    role: 'participant',
    joinedAt: 0,
    connected: true,
    companion: false,
    ...values,
  });
  const picked = (...present: Candidate[]) => pickSuccessor(present)?.userId ?? null;

  test('who has been here longest', () => {
    expect(picked(one('late', { joinedAt: 2 }), one('early', { joinedAt: 1 }))).toBe('early');
  });
  test('a co-host before them', () => {
    expect(picked(one('early'), one('cohost', { role: 'cohost', joinedAt: 9 }))).toBe('cohost');
  });
  test.each([
    ['a guest', { role: 'guest' as const }],
    ['somebody reconnecting', { connected: false }],
    ['a second screen', { companion: true }],
  ])('never %s', (_who, values) => {
    expect(picked(one('not', values))).toBeNull();
  });
});
