import { expect, test } from 'vitest';
import { RoomRows } from '../../../../server/live/RoomRows.ts';
import { liveRoom, TestRooms } from '../../../support/live/rooms.ts';

test('a row is read once a second, however many ask at once', async () => {
  const rooms = new TestRooms();
  const live = await liveRoom();
  rooms.set(live);
  let now = 0;
  const rows = new RoomRows(rooms, () => now);
  const answers = await Promise.all(Array.from({ length: 50 }, () => rows.find('stage')));
  expect(answers.every((answer) => answer === live)).toBe(true);
  now = 999;
  await rows.find('stage');
  expect(rooms.reads).toBe(1);
  now = 1_000;
  await rows.find('stage');
  expect(rooms.reads).toBe(2);
});

test('while the store does not answer rooms are as they were, for ten minutes', async () => {
  const rooms = new TestRooms();
  rooms.set(await liveRoom());
  let now = 0;
  const rows = new RoomRows(rooms, () => now);
  await rows.find('stage');
  rooms.failure = new Error('the store is away');
  now = 600_000;
  expect(await rows.find('stage')).not.toBeNull();
  now = 600_001;
  await expect(rows.find('stage')).rejects.toThrow('the store is away');
  await expect(rows.find('another')).rejects.toThrow('the store is away');
});
