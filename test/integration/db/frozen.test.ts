import { expect, test } from 'vitest';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { connectPostgres } from '../../../server/db/connectPostgres.ts';
import { fenced } from '../../../server/db/fenced.ts';
import { openDatabase } from '../../../server/db/openDatabase.ts';
import { databaseEnv } from '../../support/backends.ts';
import { accountRecord, meetingRecord, sessionRecord } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

test('a node that froze in the middle of a write keeps no meeting from its next owner', async () => {
  const env = await databaseEnv('PostgreSQL');
  const database = await openDatabase(loadConfig({ file: null, env }));
  const frozen = connectPostgres(env['DATABASE_URL'] ?? '', 1);
  try {
    const account = accountRecord();
    await database.users.insertWithSession(account, sessionRecord(account.id));
    const meeting = meetingRecord(account.id);
    await database.meetings.insert(meeting);
    const { promise: woken, resolve: wake } = Promise.withResolvers<undefined>();
    let holds = false;
    const writing = fenced(frozen, { meetingId: meeting.id, epoch: 1 }, async (transaction) => {
      holds = true;
      await woken;
      await transaction('meetings').where({ id: meeting.id }).update({ title: 'too late' });
    });
    writing.catch(() => undefined);
    await eventually(() => expect(holds).toBe(true));

    await database.meetings.claim({ meetingId: meeting.id, epoch: 2 });

    wake(undefined);
    await expect(writing).rejects.toThrow();
    expect(await database.meetings.findById(meeting.id)).toMatchObject({ title: meeting.title });
  } finally {
    await frozen.destroy();
    await database.close();
  }
});
