import { expect, test } from 'vitest';
import type { Principal } from '../../../../server/auth/Principal.ts';
import { SessionCache } from '../../../../server/auth/SessionCache.ts';

const NOW = 1_000_000;
const FAR = NOW + 86_400_000;
const principal = (sessionId: string): Principal => ({
  kind: 'account',
  userId: 'u1',
  name: 'Ada',
  email: 'ada@example.org',
  sessionId,
});

test('answers for ten seconds, so that a revocation elsewhere is noticed', () => {
  const cache = new SessionCache();
  cache.set(principal('s1'), FAR, NOW);
  expect(cache.get('s1', NOW + 9_999)?.userId).toBe('u1');
  expect(cache.get('s1', NOW + 10_000)).toBeUndefined();
});

test('does not answer for a session that is over', () => {
  const cache = new SessionCache();
  cache.set(principal('s1'), NOW + 5, NOW);
  expect(cache.get('s1', NOW + 5)).toBeUndefined();
});

test('forgets a revoked session at once and remembers that it was revoked', () => {
  const cache = new SessionCache();
  cache.set(principal('s1'), FAR, NOW);
  cache.revoke('s1', NOW);
  expect(cache.get('s1', NOW)).toBeUndefined();
  expect(cache.isRevoked('s1')).toBe(true);
  cache.revoke('s2', NOW + 60_000);
  expect(cache.isRevoked('s1')).toBe(false);
});

test('stays bounded: the longest unused goes first', () => {
  const cache = new SessionCache();
  for (let i = 0; i < 10_000; i++) cache.set(principal(`s${i}`), FAR, NOW);
  cache.set(principal('s0'), FAR, NOW);
  cache.set(principal('another'), FAR, NOW);
  expect(cache.get('s1', NOW)).toBeUndefined();
  expect(cache.get('s0', NOW)).toBeDefined();
  expect(cache.get('another', NOW)).toBeDefined();
});
