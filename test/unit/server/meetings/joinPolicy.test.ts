import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVERYTHING_ALLOWED } from '../../../../protocol/meetings.ts';
import type { Principal } from '../../../../server/auth/Principal.ts';
import {
  decideAtDoor,
  isOver,
  type DoorState,
  type Standing,
} from '../../../../server/meetings/joinPolicy.ts';
import { roleOf } from '../../../../server/meetings/roles.ts';
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
  autoAdmit: 'nobody',
  waitingMessage: null,
  allowGuests: true,
  access: 'link',
  locked: false,
  settings: EVERYTHING_ALLOWED,
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
  passcode?: Standing['passcode'];
  standing?: Partial<Standing>;
}

function ask(
  principal: Principal,
  { meeting, passcode = 'missing', standing, ...door }: Situation = {},
) {
  const known = {
    role: roleOf(principal, new Map(), 'ada'),
    banned: false,
    trusted: false,
    admitted: false,
    passcode,
    ...standing,
  };
  return decideAtDoor(principal, known, {
    meeting: meetingWith(meeting),
    invited: new Set(),
    occupied: 0,
    hostPresent: false,
    now: NOW,
    earlyStartMs: EARLY_START_MS,
    ...door,
  });
}
/** `enter`, `wait`, or the code of the refusal. */
const answer = (principal: Principal, situation?: Situation): string => {
  const decision = ask(principal, situation);
  return decision.does === 'refuse' ? decision.code : decision.does;
};

describe('each refusal', () => {
  const opening = { startsAt: NOW + EARLY_START_MS };
  test.each<[string, string, string, string, Situation]>([
    // what, host, account, guest
    ['ended', 'ENDED', 'ENDED', 'ENDED', { meeting: { endedAt: NOW } }],
    ['past its end, empty', 'ENDED', 'ENDED', 'ENDED', { meeting: { endsAt: NOW } }],
    [
      'past its end, going on',
      'enter',
      'enter',
      'enter',
      { meeting: { endsAt: NOW }, occupied: 1 },
    ],
    ['without guests', 'enter', 'enter', 'GUESTS_NOT_ALLOWED', { meeting: { allowGuests: false } }],
    ['for members', 'enter', 'enter', 'GUESTS_NOT_ALLOWED', { meeting: { access: 'members' } }],
    [
      'for the invited',
      'enter',
      'FORBIDDEN',
      'GUESTS_NOT_ALLOWED',
      { meeting: { access: 'invited' } },
    ],
    [
      'for the invited, who come',
      'enter',
      'enter',
      'GUESTS_NOT_ALLOWED',
      { meeting: { access: 'invited' }, invited: new Set(['bob@example.org']) },
    ],
    [
      'too early',
      'enter',
      'NOT_STARTED',
      'NOT_STARTED',
      { meeting: { startsAt: NOW + EARLY_START_MS + 1 } },
    ],
    [
      'too early, with its host in it',
      'enter',
      'enter',
      'enter',
      { meeting: { startsAt: NOW + EARLY_START_MS + 1 }, hostPresent: true, occupied: 1 },
    ],
    ['just opening', 'enter', 'enter', 'enter', { meeting: opening }],
    [
      'with a passcode, none given',
      'enter',
      'PASSCODE_REQUIRED',
      'PASSCODE_REQUIRED',
      { meeting: { passcodeHash: 'hash' } },
    ],
    [
      'with a passcode, a wrong one given',
      'enter',
      'PASSCODE_WRONG',
      'PASSCODE_WRONG',
      { meeting: { passcodeHash: 'hash' }, passcode: 'wrong' },
    ],
    [
      'with a passcode, the right one given',
      'enter',
      'enter',
      'enter',
      { meeting: { passcodeHash: 'hash' }, passcode: 'right' },
    ],
    ['locked', 'enter', 'LOCKED', 'LOCKED', { meeting: { locked: true } }],
    ['full', 'FULL', 'FULL', 'FULL', { occupied: 10 }],
    ['with a waiting room', 'enter', 'wait', 'wait', { meeting: { waitingRoom: true } }],
    [
      'with a waiting room that is full',
      'FULL',
      'FULL',
      'FULL',
      { meeting: { waitingRoom: true }, occupied: 10 },
    ],
    [
      'with a waiting room that members pass',
      'enter',
      'enter',
      'wait',
      { meeting: { waitingRoom: true, autoAdmit: 'members' } },
    ],
    [
      'with a waiting room that the invited pass, who is not',
      'enter',
      'wait',
      'wait',
      { meeting: { waitingRoom: true, autoAdmit: 'invited' } },
    ],
    [
      'with a waiting room that the invited pass, who is',
      'enter',
      'enter',
      'wait',
      {
        meeting: { waitingRoom: true, autoAdmit: 'invited' },
        invited: new Set(['bob@example.org']),
      },
    ],
    [
      'with a waiting room that anyone passes',
      'enter',
      'enter',
      'enter',
      { meeting: { waitingRoom: true, autoAdmit: 'anyone' } },
    ],
    [
      'with a waiting room, trusted',
      'enter',
      'enter',
      'enter',
      { meeting: { waitingRoom: true }, standing: { trusted: true } },
    ],
    [
      'trusted, and locked',
      'enter',
      'LOCKED',
      'LOCKED',
      { meeting: { locked: true }, standing: { trusted: true } },
    ],
    ['banned', 'BANNED', 'BANNED', 'BANNED', { standing: { banned: true } }],
    [
      'banned, and let in before',
      'BANNED',
      'BANNED',
      'BANNED',
      { standing: { banned: true, admitted: true, trusted: true } },
    ],
    [
      'back after a lost connection, whatever changed meanwhile',
      'enter',
      'enter',
      'enter',
      {
        meeting: {
          waitingRoom: true,
          locked: true,
          passcodeHash: 'hash',
          access: 'invited',
          startsAt: NOW + EARLY_START_MS + 1,
        },
        standing: { admitted: true },
      },
    ],
    ['back, and full', 'FULL', 'FULL', 'FULL', { occupied: 10, standing: { admitted: true } }],
    ['with one place left', 'enter', 'enter', 'enter', { occupied: 9 }],
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
      does: 'refuse',
      code: 'NOT_STARTED',
      details: { startsAt: new Date(startsAt).toISOString() },
    });
    expect(ask(bob, { occupied: 10 })).toEqual({
      does: 'refuse',
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
    waitingRoom: fc.boolean(),
    autoAdmit: fc.constantFrom('nobody', 'members', 'invited', 'anyone'),
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
      const enters = ask(who, { ...at, passcode: 'right' }).does === 'enter';
      const meeting = meetingWith(at.meeting);
      const impossible = isOver(meeting, at.occupied, NOW) || at.occupied >= meeting.capacity;
      if (impossible) expect(enters).toBe(false);
      else if (who === host) expect(enters).toBe(true);
    }),
  );
});
