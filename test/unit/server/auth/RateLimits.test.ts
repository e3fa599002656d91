import { afterEach, expect, test, vi } from 'vitest';
import { RateLimits } from '../../../../server/auth/RateLimits.ts';
import { configSchema } from '../../../../server/config/schema.ts';

const limitsWith = (overrides: Record<string, { points: number; perSec: number }>) =>
  new RateLimits(configSchema.parse({ limits: overrides }).limits);

const refused = expect.objectContaining({
  code: 'RATE_LIMITED',
  retryAfterMs: expect.any(Number) as number,
}) as object;

afterEach(() => {
  vi.useRealTimers();
});

test('refuses what is one too many and tells when to come back', async () => {
  vi.useFakeTimers();
  const limits = limitsWith({ guestPerAddress: { points: 2, perSec: 60 } });
  await limits.consume('guestPerAddress', '192.0.2.1');
  await limits.consume('guestPerAddress', '192.0.2.1');
  const refusal = await limits.consume('guestPerAddress', '192.0.2.1').catch((e: unknown) => e);
  expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
  await vi.advanceTimersByTimeAsync(60_000);
  await limits.consume('guestPerAddress', '192.0.2.1');
});

test('counts every key and every limit for itself', async () => {
  const limits = limitsWith({
    guestPerAddress: { points: 1, perSec: 60 },
    signupPerAddress: { points: 1, perSec: 60 },
  });
  await limits.consume('guestPerAddress', '192.0.2.1');
  await limits.consume('guestPerAddress', '192.0.2.2');
  await limits.consume('signupPerAddress', '192.0.2.1');
});

test('counts only wrong guesses', async () => {
  const limits = limitsWith({ loginPerAddress: { points: 2, perSec: 60 } });
  const keys = [{ name: 'loginPerAddress', key: '192.0.2.1' }] as const;
  for (let i = 0; i < 10; i++) expect(await limits.guess(keys, right)).toBe('right');
  await limits.guess(keys, wrong);
  await expect(limits.guess(keys, broken)).rejects.toThrow('the database is away');
  await limits.guess(keys, wrong);
  await expect(limits.guess(keys, right)).rejects.toEqual(refused);
});

test('counts a wrong guess under every key', async () => {
  const limits = limitsWith({
    loginPerAccount: { points: 1, perSec: 60 },
    loginPerAddress: { points: 5, perSec: 60 },
  });
  const keysOf = (account: string) =>
    [
      { name: 'loginPerAddress', key: '192.0.2.1' },
      { name: 'loginPerAccount', key: account },
    ] as const;
  await limits.guess(keysOf('ada'), wrong);
  await expect(limits.guess(keysOf('ada'), right)).rejects.toEqual(refused);
  expect(await limits.guess(keysOf('grace'), right)).toBe('right');
});

test('lets no more guesses through together than one after another, and leaves nobody waiting', async () => {
  const limits = limitsWith({ passcodePerMeeting: { points: 3, perSec: 60 } });
  const check = vi.fn(wrong);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      limits.guess([{ name: 'passcodePerMeeting', key: 'meeting' }], check),
    ),
  );
  expect(check).toHaveBeenCalledTimes(3);
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusals).toHaveLength(47);
  for (const { reason } of refusals) expect(reason).toEqual(refused);
});

test('refuses none of many who are right at the same moment', async () => {
  const limits = limitsWith({
    passcodePerMeeting: { points: 3, perSec: 60 },
    passcodePerAddress: { points: 2, perSec: 60 },
  });
  const keys = [
    { name: 'passcodePerAddress', key: '192.0.2.1' },
    { name: 'passcodePerMeeting', key: 'meeting' },
  ] as const;
  const outcomes = await Promise.all(
    Array.from({ length: 500 }, () => limits.guess(keys, () => Promise.resolve(true))),
  );
  expect(outcomes.every(Boolean)).toBe(true);
});

const right = () => Promise.resolve('right');
const wrong = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  return null;
};
const broken = () => Promise.reject(new Error('the database is away'));
