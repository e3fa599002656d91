import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { signToken, verifyToken } from '../../../../server/auth/tokens.ts';

const SECRET = 's'.repeat(32);
const CLAIMS = { sub: 'u1', sid: 's1', kind: 'account', name: 'Ada' } as const;
const inAnHour = () => Date.now() + 3_600_000;

const refusal = (token: string, secret = SECRET): unknown => {
  try {
    return verifyToken(token, secret);
  } catch (error) {
    return error;
  }
};
const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as object;

test('reads what it signed', () => {
  expect(verifyToken(signToken(CLAIMS, SECRET, inAnHour()), SECRET)).toEqual(CLAIMS);
});

test('refuses a token that is over', () => {
  expect(refusal(signToken(CLAIMS, SECRET, Date.now() - 1_000))).toEqual(unauthenticated);
});

test('refuses a token of another secret, another issuer, another algorithm or none', () => {
  const made = (options: jwt.SignOptions) =>
    jwt.sign(CLAIMS, SECRET, { expiresIn: 60, ...options });
  const ours = { issuer: 'parley', audience: 'parley' };
  expect(refusal(signToken(CLAIMS, 'x'.repeat(32), inAnHour()))).toEqual(unauthenticated);
  expect(refusal(made({ ...ours, issuer: 'mallory' }))).toEqual(unauthenticated);
  expect(refusal(made({ ...ours, algorithm: 'HS512' }))).toEqual(unauthenticated);
  expect(refusal(jwt.sign(CLAIMS, '', { ...ours, algorithm: 'none' }))).toEqual(unauthenticated);
});

test('refuses signed text that is no token of a session', () => {
  const odd = jwt.sign({ sub: 'u1' }, SECRET, { issuer: 'parley', audience: 'parley' });
  expect(refusal(odd)).toEqual(unauthenticated);
  expect(refusal('')).toEqual(unauthenticated);
  expect(refusal('a.b.c')).toEqual(unauthenticated);
});
