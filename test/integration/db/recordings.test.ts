import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { BACKENDS } from '../../support/backends.ts';
import { openTestDatabase, participantRecord, T0 } from '../../support/database.ts';
import { fileOf, hostWithMeeting, recordingOf } from '../../support/live/recordings.ts';

const NODE = 'node-a';
const DAY_MS = 86_400_000;

describe.each(BACKENDS)('recordings on %s', (backend) => {
  let db: Database;
  let host: string;
  let meetingId: string;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    ({ host, meetingId } = await hostWithMeeting(db));
  });

  const add = (values: Parameters<typeof recordingOf>[2] = {}) =>
    db.recordings.insert(recordingOf(host, meetingId, values));
  /** One that is over and was put together. */
  const addReady = async (
    values: Parameters<typeof recordingOf>[2] = {},
    expiresAt = T0 + DAY_MS,
  ) => {
    const { id } = await add(values);
    await db.recordings.stop(id, T0 + 5_000);
    const done = { files: [fileOf(id)], durationMs: 5_000, expiresAt };
    expect(await db.recordings.finish(id, done, null)).toBe(true);
    return id;
  };
  const wanted = async () =>
    (await db.live.all()).find((one) => one.meetingId === meetingId)?.recording ?? null;

  test('one goes on in a meeting at a time, and mixers are told of it', async () => {
    const recording = await add({ tracks: true });
    expect(await add()).toEqual(recording);
    expect(await db.recordings.find(recording.id)).toEqual(recording);
    expect(await wanted()).toEqual({ id: recording.id, composite: true, tracks: true });
    expect(await db.recordings.begin(recording.id)).toBe(true);
    expect(await db.recordings.active(meetingId)).toMatchObject({ state: 'recording' });
    await db.recordings.stop(recording.id, T0 + 1_000);
    await db.recordings.stop(recording.id, T0 + 2_000);
    expect(await wanted()).toBeNull();
    expect(await db.recordings.begin(recording.id)).toBe(false);
    const stopped = { state: 'processing', endedAt: T0 + 1_000 };
    expect(await db.recordings.find(recording.id)).toMatchObject(stopped);
    expect((await add()).id).not.toBe(recording.id);
  });

  test('its mixer has it where the meeting has one', async () => {
    const recording = await add();
    await db.live.assign(meetingId, null, () => NODE, T0);
    const [assigned] = await db.live.assignedTo(NODE);
    expect(assigned).toMatchObject({ meetingId, room: null, recording: { id: recording.id } });
    await db.live.endMix(meetingId, 1);
  });

  test('one that never began is forgotten', async () => {
    const { id } = await add();
    await db.recordings.forget(id);
    expect(await db.recordings.find(id)).toBeNull();
    const begun = await add();
    await db.recordings.begin(begun.id);
    await db.recordings.forget(begun.id);
    expect(await db.recordings.find(begun.id)).not.toBeNull();
  });

  test('a list has pages, the newest first, and those of one meeting', async () => {
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await addReady({ startedAt: T0 + n }));
    const list = (page: { before?: string; meetingId?: string }) =>
      db.recordings.list(host, { limit: 2, ...page });
    const first = await list({});
    const second = await list({ before: first.next ?? '' });
    const third = await list({ before: second.next ?? '' });
    const found = [first, second, third].flatMap(({ recordings }) => recordings);
    expect(found.map(({ id }) => id)).toEqual(ids);
    expect(third.next).toBeNull();
    expect(found[0]).toMatchObject({ bytes: 1_000, durationMs: 5_000, state: 'ready' });
    expect((await list({ meetingId: 'another' })).recordings).toEqual([]);
  });

  test('files are those of the last time that it was put together', async () => {
    const id = await addReady();
    const [file] = await db.recordings.files(id);
    expect(await db.recordings.findFile(id, file?.id ?? '')).toEqual(file);
    expect(await db.recordings.findFile('another', file?.id ?? '')).toBeNull();
    const done = { files: [], durationMs: 0, expiresAt: null };
    expect(await db.recordings.finish(id, done, null)).toBe(false);
    expect(await db.recordings.files(id)).toEqual([file]);
  });

  test('parts belong to the node that has them', async () => {
    const { id } = await add();
    await db.recordings.claimPart(id, 1_000, NODE);
    await db.recordings.setPart(id, 1_000, 'written', ['writing']);
    await db.recordings.claimPart(id, 1_000, 'node-b');
    await db.recordings.claimPart(id, 2_000, NODE);
    await db.recordings.setPart(id, 2_000, 'lost', ['written']);
    expect(await db.recordings.parts(id)).toEqual([
      { recordingId: id, part: 1_000, node: 'node-b', state: 'written' },
      { recordingId: id, part: 2_000, node: NODE, state: 'writing' },
    ]);
  });

  test('links open it until they are over or taken back', async () => {
    const id = await addReady();
    const share = (name: string, expiresAt = T0 + DAY_MS) => ({
      ...{ id: `${id}-${name}`, recordingId: id, tokenHash: `${id} ${name}` },
      ...{ createdAt: T0, expiresAt, withChat: false },
    });
    expect(await db.recordings.addShare(share('a'), 2)).toBe(true);
    expect(await db.recordings.addShare(share('b', T0 + 1_000), 2)).toBe(true);
    expect(await db.recordings.addShare(share('c'), 2)).toBe(false);
    const { tokenHash } = share('a');
    expect(await db.recordings.findShare({ tokenHash }, T0)).toEqual(share('a'));
    expect(await db.recordings.findShare({ id: `${id}-b` }, T0 + 1_000)).toBeNull();
    expect(await db.recordings.shares(id, T0 + 1_000)).toEqual([share('a')]);
    await db.recordings.removeShare('another', `${id}-a`);
    await db.recordings.removeShare(id, `${id}-a`);
    expect(await db.recordings.findShare({ tokenHash }, T0)).toBeNull();
  });

  test('what is removed is found by nobody, and gone with its files', async () => {
    const { id } = await add();
    await db.recordings.remove(id, T0 + 1_000);
    expect(await wanted()).toBeNull();
    expect(await db.recordings.find(id)).toBeNull();
    expect((await db.recordings.list(host, { limit: 5 })).recordings).toEqual([]);
    const done = { files: [fileOf(id)], durationMs: 1, expiresAt: null };
    expect(await db.recordings.finish(id, done, null)).toBe(false);
    const removed = await db.recordings.removed();
    expect(removed.find((one) => one.id === id)).toMatchObject({ endedAt: T0 + 1_000 });
    await db.recordings.erase(id);
    expect((await db.recordings.removed()).some((one) => one.id === id)).toBe(false);
  });

  test('what is too old goes, and what records a meeting that is over stops', async () => {
    const old = await addReady();
    const { id } = await add();
    await db.meetings.update({ meetingId, epoch: 1 }, { endedAt: T0 + 1_000 });
    const stopped = await db.recordings.sweep(T0 + DAY_MS, null);
    expect(stopped).toContain(meetingId);
    expect(await db.recordings.find(old)).toBeNull();
    const processing = await db.recordings.processing();
    expect(processing.find((one) => one.id === id)).toMatchObject({ endedAt: T0 + DAY_MS });
    expect(await db.recordings.sweep(T0 + DAY_MS, null)).not.toContain(meetingId);
  });

  test('what records a meeting that nobody is in stops after a while', async () => {
    const { id } = await add();
    const somebody = participantRecord(meetingId, host);
    await db.participants.enter({ meetingId, epoch: 1 }, [somebody]);
    const sweep = (emptySince: number) => db.recordings.sweep(T0 + DAY_MS, emptySince);
    expect(await sweep(T0 + 5_000)).not.toContain(meetingId);
    const departure = {
      ...{ participantId: somebody.id, leftAt: T0 + 1_000, reason: 'left' as const },
      forgetAdmission: false,
    };
    await db.participants.leave({ meetingId, epoch: 1 }, [departure]);
    expect(await sweep(T0 + 999)).not.toContain(meetingId);
    expect(await sweep(T0 + 1_000)).toContain(meetingId);
    expect(await db.recordings.find(id)).toMatchObject({ state: 'processing' });
  });

  test('those of a deleted account go with it', async () => {
    const ready = await addReady();
    const { id } = await add();
    const share = { id: `${ready}-a`, recordingId: ready, tokenHash: ready, withChat: true };
    await db.recordings.addShare({ ...share, createdAt: T0, expiresAt: T0 + DAY_MS }, 5);
    await db.accounts.erase(host);
    expect(await db.recordings.find(ready)).toBeNull();
    expect(await db.recordings.findShare({ id: share.id }, T0)).toBeNull();
    expect(await wanted()).toBeNull();
    const removed = (await db.recordings.removed()).map((one) => one.id);
    expect(removed).toEqual(expect.arrayContaining([ready, id]));
  });
});
