import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../../server/core/logger.ts';
import { StaleEpochError } from '../../../../server/core/StaleEpochError.ts';
import { Attendance } from '../../../../server/meetings/Attendance.ts';
import type { MeetingMedia } from '../../../../server/meetings/MeetingMedia.ts';
import type { ParticipantStore } from '../../../../server/meetings/stores.ts';
import { meetingOfOne, unasked } from '../../../support/meetingOfOne.ts';

/** A meeting of one, and a store of stays that answers as it is told. */
function meeting(leave: ParticipantStore['leave']) {
  const { roster, somebody, told } = meetingOfOne();
  const attendance = new Attendance(
    roster,
    {
      media: { close: () => Promise.resolve() } as unknown as MeetingMedia,
      pictures: { read: () => Promise.resolve() },
      participants: { leave } as unknown as ParticipantStore,
      logger: createLogger('silent', 'json'),
      now: () => 0,
      ...{ meeting: unasked, broadcast: unasked },
    },
    0,
  );
  return { attendance, roster, somebody, told };
}

const stale = () => Promise.reject(new StaleEpochError('meeting', 7));
const away = () => Promise.reject(new Error('the database is away'));

describe('somebody who is put out', () => {
  test('hears so once it is stored', async () => {
    const stored = Promise.withResolvers<undefined>();
    const { attendance, somebody, told } = meeting(() => stored.promise);
    const removing = attendance.remove([somebody], 'removed');
    expect(told).toEqual([]);
    stored.resolve(undefined);
    await removing;
    expect(told).toEqual(['meeting-left', 'participant-left']);
  });

  test('is out while the store is away', async () => {
    const { attendance, roster, somebody, told } = meeting(away);
    await attendance.remove([somebody], 'banned');
    expect(told).toEqual(['meeting-left', 'participant-left']);
    expect(roster.size).toBe(0);
  });

  test('hears nothing of it from an owner that was succeeded', async () => {
    const { attendance, roster, somebody, told } = meeting(stale);
    await expect(attendance.remove([somebody], 'removed')).rejects.toThrow(StaleEpochError);
    expect(told).toEqual([]);
    expect(roster.size).toBe(1);
  });
});

test('whoever leaves has left, whatever the store says', async () => {
  const { attendance, somebody, told } = meeting(stale);
  await attendance.remove([somebody], 'left');
  expect(told).toEqual(['participant-left']);
});
