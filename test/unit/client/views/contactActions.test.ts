import { expect, test, vi } from 'vitest';
import { enPeople } from '../../../../client/i18n/enPeople.ts';
import { contactActions } from '../../../../client/views/people/contactActions.ts';

// It looks at the address of a page, which there is none of here.
vi.mock('../../../../client/views/router.ts', () => ({ navigate: vi.fn() }));

const BOB = { id: 'bob', name: 'Bob', avatarUrl: null };

test.each([[null], ['You are in a call with Ada']])('calling is blocked by %j', (blocked) => {
  const calling = { call: vi.fn(), blocked };
  const items = contactActions(enPeople, BOB, { isContact: true, ask: vi.fn(), calling });
  const reasons = new Map(items.map(({ label, blocked: why }) => [label, why ?? null]));
  expect(reasons.get(enPeople.audioCall)).toBe(blocked);
  expect(reasons.get(enPeople.videoCall)).toBe(blocked);
  // One may write to somebody all the same.
  expect(reasons.get(enPeople.message)).toBeNull();
});
