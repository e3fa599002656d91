import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { call, type Person } from './people.ts';
import type { TestServer } from './TestServer.ts';

type Server = Pick<TestServer, 'url'>;

export async function ask(server: Server, one: Person, other: Person) {
  const { contact } = await call(server, 'requestContact', {
    token: one.token,
    body: { userId: other.userId },
  });
  return contact;
}

/** Makes two people contacts. @param otherServer where the other one agrees */
export async function befriend(
  server: Server,
  one: Person,
  other: Person,
  otherServer: Server = server,
): Promise<void> {
  await ask(server, one, other);
  await call(otherServer, 'acceptContact', {
    token: other.token,
    params: { userId: one.userId },
  });
}

export async function contactsOf(server: Server, { token }: Person) {
  const { contacts } = await call(server, 'listContacts', { token });
  return contacts;
}

/** What one sees of the other among their contacts; null where they are not. */
export async function contactOf(server: Server, one: Person, other: Person) {
  const contacts = await contactsOf(server, one);
  return contacts.find(({ person }) => person.id === other.userId) ?? null;
}

/** Settles when the server tells somebody that a contact of theirs is there. */
export async function untilOnline(server: Server, one: Person, other: Person): Promise<void> {
  await eventually(async () => {
    expect((await contactOf(server, one, other))?.status).toBe('online');
  });
}

export function block(server: Server, one: Person, other: Person) {
  return call(server, 'block', { token: one.token, body: { userId: other.userId } });
}
