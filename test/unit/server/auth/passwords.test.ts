import { hash } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import {
  hashPasscode,
  hashPassword,
  needsRehash,
  verifyPasscode,
  verifyPassword,
} from '../../../../server/auth/passwords.ts';

test('hashes with argon2id, never twice the same', async () => {
  const [first, second] = await Promise.all([
    hashPassword('correct horse'),
    hashPassword('correct horse'),
  ]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(second).not.toBe(first);
  expect(needsRehash(first)).toBe(false);
});

test('knows the right password', async () => {
  const hashed = await hashPassword('correct horse');
  expect(await verifyPassword(hashed, 'correct horse')).toBe(true);
  expect(await verifyPassword(hashed, 'Correct horse')).toBe(false);
});

test('is right for nobody who has no account', async () => {
  expect(await verifyPassword(null, 'correct horse')).toBe(false);
  expect(await verifyPassword(null, '')).toBe(false);
});

test('wants a hash of weaker parameters made anew', async () => {
  expect(needsRehash(await hash('x', { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))).toBe(
    true,
  );
  expect(needsRehash(await hash('x', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(
    true,
  );
});

test('checks passcodes, also many at once and repeatedly', async () => {
  const hashed = await hashPasscode('4711-parley');
  const answers = await Promise.all([
    ...Array.from({ length: 100 }, () => verifyPasscode(hashed, '4711-parley')),
    verifyPasscode(hashed, '4712-parley'),
  ]);
  expect(answers.slice(0, 100).every(Boolean)).toBe(true);
  expect(answers.at(-1)).toBe(false);
  expect(await verifyPasscode(hashed, '4711-parley')).toBe(true);
  expect(await verifyPasscode(await hashPasscode('other'), '4711-parley')).toBe(false);
});
