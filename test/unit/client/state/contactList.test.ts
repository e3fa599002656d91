import { expect, test } from 'vitest';
import type { ContactView } from '../../../../protocol/people.ts';
import {
  byName,
  withContact,
  withoutContact,
  withProfile,
  withStatus,
} from '../../../../client/state/contactList.ts';

const SEEN = '2026-01-01T12:00:00.000Z';
const contact = (id: string, values: Partial<ContactView> = {}): ContactView => ({
  person: { id, name: id, avatarUrl: null, about: '' },
  state: 'contact',
  since: SEEN,
  status: 'online',
  lastSeen: null,
  ...values,
});
const listOf = (...contacts: ContactView[]) => new Map(contacts.map((one) => [one.person.id, one]));

test('a status is that of a contact, never of somebody who only asks', () => {
  const list = listOf(contact('ada'), contact('eve', { state: 'incoming', status: null }));
  const told = (userId: string) => ({ userId, status: 'busy' as const, lastSeen: null });
  expect(withStatus(list, told('ada')).get('ada')?.status).toBe('busy');
  expect(withStatus(list, told('eve'))).toBe(list);
  expect(withStatus(list, told('nobody'))).toBe(list);
});

test('when somebody was here last is kept, and forgotten when they come', () => {
  const gone = listOf(contact('ada', { status: 'offline', lastSeen: SEEN }));
  const again = withStatus(gone, { userId: 'ada', status: 'offline', lastSeen: null });
  expect(again.get('ada')?.lastSeen).toBe(SEEN);
  const here = withStatus(gone, { userId: 'ada', status: 'online', lastSeen: null });
  expect(here.get('ada')?.lastSeen).toBeNull();
});

test('contacts come, go and change without a trace in the list before', () => {
  const list = listOf(contact('ada'));
  expect([...withContact(list, contact('alan')).keys()]).toEqual(['ada', 'alan']);
  expect(withoutContact(list, 'ada').size).toBe(0);
  expect(withoutContact(list, 'nobody')).toBe(list);
  const person = { id: 'ada', name: 'Ada King', avatarUrl: '/a', about: 'x' };
  expect(withProfile(list, person).get('ada')?.person).toEqual(person);
  expect(withProfile(list, { ...person, id: 'nobody' })).toBe(list);
  expect(list).toEqual(listOf(contact('ada')));
});

test('names are sorted as people do', () => {
  const list = listOf(contact('Zoe'), contact('ärzte'), contact('Bob 10'), contact('bob 9'));
  expect(byName(list, 'de').map(({ person }) => person.name)).toEqual([
    ...['ärzte', 'bob 9', 'Bob 10', 'Zoe'],
  ]);
});
