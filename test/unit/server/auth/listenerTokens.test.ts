import { expect, test } from 'vitest';
import { signListenerToken, verifyListenerToken } from '../../../../server/auth/listenerTokens.ts';
import { signToken, verifyToken } from '../../../../server/auth/tokens.ts';

const SECRET = 'a secret of this test, long enough for it';
const later = () => Date.now() + 60_000;
const claims = { roomId: 'stage', pinVersion: 3, listenerId: 'l1' };

test('a token says which room, and by which PIN', () => {
  expect(verifyListenerToken(signListenerToken(claims, SECRET, later()), SECRET)).toEqual(claims);
});

test('one of another secret, one that is over and an account’s open nothing, nor it an account', () => {
  const account = { sub: 'u1', sid: 's1', kind: 'account', name: 'Ada' } as const;
  const refused = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as unknown;
  for (const token of [
    signListenerToken(claims, `${SECRET}!`, later()),
    signListenerToken(claims, SECRET, Date.now() - 1_000),
    signToken(account, SECRET, later()),
    'nonsense',
  ]) {
    expect(() => verifyListenerToken(token, SECRET)).toThrow(refused);
  }
  expect(() => verifyToken(signListenerToken(claims, SECRET, later()), SECRET)).toThrow(refused);
});
