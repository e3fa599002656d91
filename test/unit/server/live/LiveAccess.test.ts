import { beforeEach, expect, test } from 'vitest';
import { RateLimits } from '../../../../server/auth/RateLimits.ts';
import { configSchema } from '../../../../server/config/schema.ts';
import { AppError } from '../../../../server/core/AppError.ts';
import { LiveAccess } from '../../../../server/live/LiveAccess.ts';
import { segmentKey } from '../../../../server/live/segmentKeys.ts';
import { KEY_SECRET, liveRoom, PIN, TestRooms } from '../../../support/live/rooms.ts';

const JWT_SECRET = 'a secret of this test, long enough for it';
const ADDRESS = '192.0.2.1';
const stranger = { userId: null, address: ADDRESS };

let rooms: TestRooms;
let now: number;
beforeEach(async () => {
  rooms = new TestRooms();
  now = Date.now();
  rooms.set(await liveRoom());
});

const accessWith = (limits: object = {}, cached: Pick<TestRooms, 'find'> = rooms) =>
  new LiveAccess({
    ...{ store: rooms, rooms: cached, jwtSecret: JWT_SECRET, segmentSec: 2, segmentsPerKey: 30 },
    rateLimits: new RateLimits(configSchema.parse({ limits }).limits),
    now: () => now,
  });
const outcomeOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'fine',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );
/** Number of the key that is due. */
const dueKey = () => Math.floor(now / 2_000 / 30);

test('a PIN opens its room, and only its host comes without', async () => {
  const access = accessWith();
  expect(await outcomeOf(access.enter('stage', PIN, stranger))).toBe('fine');
  expect(await outcomeOf(access.enter('stage', undefined, stranger))).toBe('PASSCODE_REQUIRED');
  expect(await outcomeOf(access.enter('stage', '000000', stranger))).toBe('PASSCODE_WRONG');
  expect(await outcomeOf(access.enter('nowhere', PIN, stranger))).toBe('NOT_FOUND');
  const somebody = { userId: 'somebody', address: ADDRESS };
  expect(await outcomeOf(access.enter('stage', undefined, somebody))).toBe('PASSCODE_REQUIRED');
  const host = { userId: 'host', address: ADDRESS };
  expect(await outcomeOf(access.enter('stage', undefined, host))).toBe('fine');
  rooms.set(await liveRoom({ desired: 'removed' }));
  expect(await outcomeOf(access.enter('stage', PIN, stranger))).toBe('NOT_FOUND');
});

test('wrong PINs are counted by address and by room', async () => {
  const access = accessWith({
    livePinPerAddress: { points: 2, perSec: 60 },
    livePinPerRoom: { points: 3, perSec: 60 },
  });
  const guess = (address: string, pin = 'guess') =>
    outcomeOf(access.enter('stage', pin, { userId: null, address }));
  expect(await guess(ADDRESS)).toBe('PASSCODE_WRONG');
  expect(await guess(ADDRESS)).toBe('PASSCODE_WRONG');
  expect(await guess(ADDRESS, PIN)).toBe('RATE_LIMITED');
  expect(await guess('192.0.2.2', PIN)).toBe('fine');
  expect(await guess('192.0.2.2')).toBe('PASSCODE_WRONG');
  expect(await guess('192.0.2.3', PIN)).toBe('RATE_LIMITED');
});

test('keys are for the start that is on air, and not before they are due', async () => {
  const access = accessWith();
  const { token } = await access.enter('stage', PIN, stranger);
  const ask = (number: number, nonce = 'n1', by: string | undefined = token) =>
    access.key({ roomId: 'stage', nonce, number }, by, ADDRESS);
  expect(await ask(dueKey())).toEqual(segmentKey(KEY_SECRET, dueKey()));
  expect(await ask(dueKey() + 1)).toHaveLength(16);
  expect(await outcomeOf(ask(dueKey() + 2))).toBe('FORBIDDEN');
  expect(await outcomeOf(ask(dueKey(), 'n0'))).toBe('NOT_FOUND');
  const nobody = access.key({ roomId: 'stage', nonce: 'n1', number: 1 }, undefined, ADDRESS);
  expect(await outcomeOf(nobody)).toBe('UNAUTHENTICATED');
  expect(await outcomeOf(ask(dueKey(), 'n1', 'nonsense'))).toBe('UNAUTHENTICATED');
  rooms.set(await liveRoom({ roomId: 'other' }));
  const elsewhere = access.key({ roomId: 'other', nonce: 'n1', number: 1 }, token, ADDRESS);
  expect(await outcomeOf(elsewhere)).toBe('FORBIDDEN');
});

test('keys end a minute after the end, and at once with the room', async () => {
  const access = accessWith();
  const { token } = await access.enter('stage', PIN, stranger);
  const ask = () =>
    outcomeOf(access.key({ roomId: 'stage', nonce: 'n1', number: dueKey() }, token, ADDRESS));
  rooms.set(await liveRoom({ desired: 'off', stoppedAt: now }));
  now += 59_000;
  expect(await ask()).toBe('fine');
  now += 1_000;
  expect(await ask()).toBe('NOT_FOUND');
  rooms.set(await liveRoom({ desired: 'removed', stoppedAt: now }));
  expect(await ask()).toBe('NOT_FOUND');
});

test('another PIN voids what was given out for the one before, and what it gives is good at once', async () => {
  const before = await rooms.find('stage');
  // As it was a moment ago.
  const access = accessWith({}, { find: () => Promise.resolve(before) });
  const { token } = await access.enter('stage', PIN, stranger);
  rooms.set(await liveRoom({ pinVersion: 2, nonce: 'n2' }));
  const { token: next } = await access.enter('stage', PIN, stranger);
  const ask = (by: string, nonce: string) =>
    outcomeOf(access.key({ roomId: 'stage', nonce, number: dueKey() }, by, ADDRESS));
  expect(await ask(next, 'n2')).toBe('fine');
  expect(await ask(token, 'n2')).toBe('UNAUTHENTICATED');
  expect(await ask(next, 'n1')).toBe('NOT_FOUND');
});

test('refused requests for keys are counted, and nobody else is kept from theirs', async () => {
  const access = accessWith({ liveKeyRefusedPerAddress: { points: 2, perSec: 60 } });
  const { token } = await access.enter('stage', PIN, stranger);
  const ask = (by?: string) =>
    outcomeOf(access.key({ roomId: 'stage', nonce: 'n1', number: dueKey() }, by, ADDRESS));
  expect(await ask()).toBe('UNAUTHENTICATED');
  expect(await ask()).toBe('UNAUTHENTICATED');
  expect(await ask()).toBe('RATE_LIMITED');
  expect(await ask(token)).toBe('fine');
});
