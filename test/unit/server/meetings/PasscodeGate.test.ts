import { beforeAll, expect, test } from 'vitest';
import { EVERYTHING_ALLOWED } from '../../../../protocol/meetings.ts';
import { hashPasscode } from '../../../../server/auth/passwords.ts';
import { RateLimits } from '../../../../server/auth/RateLimits.ts';
import { configSchema } from '../../../../server/config/schema.ts';
import { AppError } from '../../../../server/core/AppError.ts';
import { PasscodeGate } from '../../../../server/meetings/PasscodeGate.ts';
import type { MeetingRecord } from '../../../../server/meetings/stores.ts';

let passcodeHash: string;
beforeAll(async () => {
  passcodeHash = await hashPasscode('4711');
});

const gateWith = (limits: object) =>
  new PasscodeGate(new RateLimits(configSchema.parse({ limits }).limits));
const meeting = (id = 'm1', values: Partial<MeetingRecord> = {}): MeetingRecord => ({
  id,
  code: 'bcd-fgh-jkm',
  title: 'Standup',
  hostId: 'host',
  hostName: 'Ada',
  passcodeHash,
  capacity: 50,
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
const somebody = { userId: 'u1', deviceId: 'd1', address: '192.0.2.1' };

/** What comes of it: a state, or the code of the refusal. */
const outcomeOf = (answer: Promise<string>): Promise<string> =>
  answer.catch((error: unknown) => (error instanceof AppError ? error.code : 'defect'));

test('knows right, wrong and missing; the host and open meetings need none', async () => {
  const gate = gateWith({});
  expect(await gate.check(meeting(), '4711', somebody)).toBe('right');
  expect(await gate.check(meeting(), '4712', somebody)).toBe('wrong');
  expect(await gate.check(meeting(), undefined, somebody)).toBe('missing');
  expect(await gate.check(meeting(), undefined, { ...somebody, userId: 'host' })).toBe('right');
  expect(await gate.check(meeting('m1', { passcodeHash: null }), undefined, somebody)).toBe(
    'right',
  );
});

test.each([
  ['passcodePerPerson', { userId: 'u2' }],
  ['passcodePerDevice', { deviceId: 'd2' }],
  ['passcodePerAddress', { address: '192.0.2.2' }],
])('%s stops that one, for that meeting, and nobody else', async (limit, elsewhere) => {
  const gate = gateWith({ [limit]: { points: 2, perSec: 60 } });
  const guess = (by: typeof somebody, id?: string, passcode = 'guess') =>
    outcomeOf(gate.check(meeting(id), passcode, by));
  expect(await guess(somebody)).toBe('wrong');
  expect(await guess(somebody)).toBe('wrong');
  expect(await guess(somebody, 'm1', '4711')).toBe('RATE_LIMITED');
  expect(await guess(somebody, 'm2', '4711')).toBe('right');
  expect(await guess({ ...somebody, ...elsewhere }, 'm1', '4711')).toBe('right');
});

test('guesses at one meeting from everywhere are stopped', async () => {
  const gate = gateWith({ passcodePerMeeting: { points: 3, perSec: 60 } });
  const outcomes = [];
  for (let n = 0; n < 4; n++) {
    const by = { userId: `u${n}`, deviceId: null, address: `192.0.2.${n}` };
    outcomes.push(await outcomeOf(gate.check(meeting(), 'guess', by)));
  }
  expect(outcomes).toEqual(['wrong', 'wrong', 'wrong', 'RATE_LIMITED']);
});
