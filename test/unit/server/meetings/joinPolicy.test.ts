import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Principal } from '../../../../server/auth/Principal.ts';
import {
  decideAtDoor,
  isOver,
  roleOf,
  type DoorState,
  type PasscodeState,
} from '../../../../server/meetings/joinPolicy.ts';
import type { MeetingRecord } from '../../../../server/meetings/stores.ts';

const NOW = 1_700_000_000_000;
const EARLY_START_MS = 600_000;

const meetingWith = (values: Partial<MeetingRecord> = {}): MeetingRecord => ({
  id: 'm1',
  code: 'bcd-fgh-jkm',
  title: 'Standup',
  hostId: 'ada',
  hostName: 'Ada',
  passcodeHash: null,
  capacity: 10,
  waitingRoom: false,
  allowGuests: true,
  access: 'link',
  locked: false,
  settings: { mayShareScreen: true, mayUnmute: true, mayReact: true },
  startsAt: null,
  endsAt: null,
  endedAt: null,
  createdAt: 0,
  ...values,
});

const accountOf = (name: string): Principal => ({
  kind: 'account',
  userId: name,
  sessionId: `session of ${name}`,
  name,
  email: `${name}@example.org`,
});
const host = accountOf('ada');
const bob = accountOf('bob');
const guest: Principal = {
  kind: 'guest',
  userId: 'g1',
  sessionId: 'session of g1',
  name: 'Guest',
  meetingId: 'm1',
};

interface Situation extends Partial<Omit<DoorState, 'meeting'>> {
  meeting?: Partial<MeetingRecord>;
  passcode?: PasscodeState;
}

function ask(principal: Principal, { meeting, passcode = 'missing', ...door }: Situation = {}) {
  return decideAtDoor(principal, passcode, {
    meeting: meetingWith(meeting),
    invited: new Set(),
    occupied: 0,
    hostPresent: false,
    now: NOW,
    earlyStartMs: EARLY_START_MS,
    ...door,
  });
}
const answer = (principal: Principal, situation?: Situation): string => {
  const decision = ask(principal, situation);
  return decision.admit ? decision.role : decision.code;
};

test('everyone gets the role that is theirs', () => {
  expect([host, bob, guest].map((who) => roleOf(who, meetingWith()))).toEqual([
    'host',
    'participant',
    'guest',
  ]);
  expect([host, bob, guest].map((who) => answer(who))).toEqual(['host', 'participant', 'guest']);
});

describe('each refusal', () => {
  const opening = { startsAt: NOW + EARLY_START_MS };
  test.each<[string, string, string, string, Situation]>([
    // what, host, account, guest
    ['ended', 'ENDED', 'ENDED', 'ENDED', { meeting: { endedAt: NOW } }],
    ['past its end, empty', 'ENDED', 'ENDED', 'ENDED', { meeting: { endsAt: NOW } }],
    [
      'past its end, going on',
      'host',
      'participant',
      'guest',
      { meeting: { endsAt: NOW }, occupied: 1 },
    ],
    [
      'without guests',
      'host',
      'participant',
      'GUESTS_NOT_ALLOWED',
      { meeting: { allowGuests: false } },
    ],
    [
      'for members',
      'host',
      'participant',
      'GUESTS_NOT_ALLOWED',
      { meeting: { access: 'members' } },
    ],
    [
      'for the invited',
      'host',
      'FORBIDDEN',
      'GUESTS_NOT_ALLOWED',
      { meeting: { access: 'invited' } },
    ],
    [
      'for the invited, who come',
      'host',
      'participant',
      'GUESTS_NOT_ALLOWED',
      { meeting: { access: 'invited' }, invited: new Set(['bob@example.org']) },
    ],
    [
      'too early',
      'host',
      'NOT_STARTED',
      'NOT_STARTED',
      { meeting: { startsAt: NOW + EARLY_START_MS + 1 } },
    ],
    [
      'too early, with its host in it',
      'host',
      'participant',
      'guest',
      { meeting: { startsAt: NOW + EARLY_START_MS + 1 }, hostPresent: true, occupied: 1 },
    ],
    ['just opening', 'host', 'participant', 'guest', { meeting: opening }],
    [
      'with a passcode, none given',
      'host',
      'PASSCODE_REQUIRED',
      'PASSCODE_REQUIRED',
      { meeting: { passcodeHash: 'hash' } },
    ],
    [
      'with a passcode, a wrong one given',
      'host',
      'PASSCODE_WRONG',
      'PASSCODE_WRONG',
      { meeting: { passcodeHash: 'hash' }, passcode: 'wrong' },
    ],
    [
      'with a passcode, the right one given',
      'host',
      'participant',
      'guest',
      { meeting: { passcodeHash: 'hash' }, passcode: 'right' },
    ],
    ['locked', 'host', 'LOCKED', 'LOCKED', { meeting: { locked: true } }],
    ['full', 'FULL', 'FULL', 'FULL', { occupied: 10 }],
    ['with one place left', 'host', 'participant', 'guest', { occupied: 9 }],
  ])('%s: %s, %s, %s', (_, ofHost, ofAccount, ofGuest, situation) => {
    expect([host, bob, guest].map((who) => answer(who, situation))).toEqual([
      ofHost,
      ofAccount,
      ofGuest,
    ]);
  });

  test("a guest's token is good for its own meeting only", () => {
    expect(answer(guest, { meeting: { id: 'm2' } })).toBe('FORBIDDEN');
  });

  test('says what a person can do about it', () => {
    const startsAt = NOW + EARLY_START_MS + 1;
    expect(ask(bob, { meeting: { startsAt } })).toEqual({
      admit: false,
      code: 'NOT_STARTED',
      details: { startsAt: new Date(startsAt).toISOString() },
    });
    expect(ask(bob, { occupied: 10 })).toEqual({
      admit: false,
      code: 'FULL',
      details: { capacity: 10 },
    });
  });
});

const time = fc.option(
  fc.integer({ min: NOW - 2 * EARLY_START_MS, max: NOW + 2 * EARLY_START_MS }),
);
const situation = fc.record({
  meeting: fc.record({
    passcodeHash: fc.constantFrom(null, 'hash'),
    allowGuests: fc.boolean(),
    access: fc.constantFrom('link', 'members', 'invited'),
    locked: fc.boolean(),
    startsAt: time,
    endsAt: time,
    endedAt: fc.option(fc.constant(NOW)),
  }),
  invited: fc.constantFrom(new Set<string>(), new Set(['bob@example.org'])),
  occupied: fc.nat(11),
  hostPresent: fc.boolean(),
});
const anyone = fc.constantFrom(host, bob, guest);

test('what somebody is told does not depend on a passcode that they may not use anyway', () => {
  fc.assert(
    fc.property(anyone, situation, (who, at) => {
      const wrong = answer(who, { ...at, passcode: 'wrong' });
      if (wrong === 'PASSCODE_WRONG') return;
      expect(answer(who, { ...at, passcode: 'right' })).toBe(wrong);
      expect(answer(who, { ...at, passcode: 'missing' })).toBe(wrong);
    }),
  );
});

test('nobody enters a meeting that is over or has no place, and its host everything else', () => {
  fc.assert(
    fc.property(anyone, situation, (who, at) => {
      const { admit } = ask(who, { ...at, passcode: 'right' });
      const meeting = meetingWith(at.meeting);
      const impossible = isOver(meeting, at.occupied, NOW) || at.occupied >= meeting.capacity;
      if (impossible) expect(admit).toBe(false);
      else if (who === host) expect(admit).toBe(true);
    }),
  );
});
