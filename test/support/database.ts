import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { EVERYTHING_ALLOWED } from '../../protocol/meetings.ts';
import type { AccountRecord, GuestRecord, SessionRecord } from '../../server/auth/stores.ts';
import { loadConfig } from '../../server/config/loadConfig.ts';
import { createJoinCode } from '../../server/core/ids.ts';
import { openDatabase, type Database } from '../../server/db/openDatabase.ts';
import type { MeetingRecord, ParticipantRecord } from '../../server/meetings/stores.ts';
import { databaseEnv, type Backend } from './backends.ts';
import { copyEmbeddedDatabase } from './embeddedDatabase.ts';

/**
 * An empty database of this test file's own.
 * @param more configuration as environment variables
 */
export async function openTestDatabase(
  backend: Backend,
  more: Record<string, string> = {},
): Promise<Database> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-db-'));
  const env = { PARLEY_SERVER_DATA_DIR: dataDir, ...(await databaseEnv(backend)), ...more };
  if (backend === 'PGlite') await copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir);
  const database = await openDatabase(loadConfig({ file: null, env }));
  return {
    ...database,
    async close() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Some moment; tests add to it. Milliseconds since the Unix epoch. */
export const T0 = Date.UTC(2026, 0, 1, 12);

export function accountRecord(values: Partial<AccountRecord> = {}): AccountRecord {
  const id = randomUUID();
  return {
    kind: 'account',
    id,
    email: `${id}@example.org`,
    name: 'Ada Lovelace',
    passwordHash: '$argon2id$',
    createdAt: T0,
    ...values,
  };
}

export function guestRecord(values: Partial<GuestRecord> = {}): GuestRecord {
  return { kind: 'guest', id: randomUUID(), name: 'Grace', createdAt: T0, ...values };
}

export function sessionRecord(userId: string, values: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: randomUUID(),
    userId,
    meetingId: null,
    createdAt: T0,
    expiresAt: T0 + 3_600_000,
    ...values,
  };
}

export function meetingRecord(
  hostId: string,
  values: Partial<MeetingRecord> = {},
): Omit<MeetingRecord, 'hostName'> {
  return {
    id: randomUUID(),
    code: createJoinCode(),
    title: 'Standup',
    hostId,
    passcodeHash: null,
    capacity: 50,
    waitingRoom: false,
    autoAdmit: 'nobody',
    waitingMessage: null,
    allowGuests: true,
    access: 'link',
    locked: false,
    settings: EVERYTHING_ALLOWED,
    startsAt: null,
    endsAt: null,
    endedAt: null,
    createdAt: T0,
    ...values,
  };
}

export function participantRecord(
  meetingId: string,
  userId: string,
  values: Partial<ParticipantRecord> = {},
): ParticipantRecord {
  return {
    id: randomUUID(),
    meetingId,
    userId,
    deviceId: 'laptop',
    name: 'Ada',
    role: 'participant',
    joinedAt: T0,
    companion: false,
    ...values,
  };
}
