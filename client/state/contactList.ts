import type { ContactView, ProfileView } from '../../protocol/people.ts';
import type { NotificationPayload } from '../../protocol/notifications.ts';

export type Contacts = ReadonlyMap<string, ContactView>;

/** What is known of contacts after each thing that is told: pure, each answers what was there if nothing is new. */

export function withContact(contacts: Contacts, contact: ContactView): Contacts {
  return new Map(contacts).set(contact.person.id, contact);
}

export function withoutContact(contacts: Contacts, userId: string): Contacts {
  if (!contacts.has(userId)) return contacts;
  const rest = new Map(contacts);
  rest.delete(userId);
  return rest;
}

export function withStatus(
  contacts: Contacts,
  { userId, status, lastSeen }: NotificationPayload<'chat-user-status-update'>,
): Contacts {
  const contact = contacts.get(userId);
  if (contact?.state !== 'contact') return contacts;
  // Who was gone before is told without a time.
  const seen = status === 'offline' ? (lastSeen ?? contact.lastSeen) : null;
  return withContact(contacts, { ...contact, status, lastSeen: seen });
}

export function withProfile(contacts: Contacts, person: ProfileView): Contacts {
  const contact = contacts.get(person.id);
  return contact ? withContact(contacts, { ...contact, person }) : contacts;
}

export function byName(contacts: Contacts, language: string): ContactView[] {
  const { compare } = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  return [...contacts.values()].sort(
    (a, b) => compare(a.person.name, b.person.name) || (a.person.id < b.person.id ? -1 : 1),
  );
}
