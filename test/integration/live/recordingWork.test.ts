import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../server/core/logger.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import { joinComposite } from '../../../server/live/recording/joinComposite.ts';
import { durationOf } from '../../../server/live/recordings/durationOf.ts';
import { Finisher } from '../../../server/live/recordings/Finisher.ts';
import { FolderStorage } from '../../../server/live/recordings/FolderStorage.ts';
import { PartFolders } from '../../../server/live/recordings/PartFolders.ts';
import type { RecordingStorage } from '../../../server/live/recordings/RecordingStorage.ts';
import { RecordingSweep } from '../../../server/live/recordings/RecordingSweep.ts';
import { RecordingWork } from '../../../server/live/recordings/RecordingWork.ts';
import { S3Storage } from '../../../server/live/recordings/S3Storage.ts';
import type { RecordingRecord } from '../../../server/live/recordings/stores.ts';
import { openTestDatabase, T0 } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { S3Server } from '../../support/live/S3Server.ts';
import { hostWithMeeting, recordingOf, writeSegments } from '../../support/live/recordings.ts';

const logger = createLogger('silent', 'json');
type Join = (options: { ffmpeg: string; folder: string; target: string }) => Promise<unknown>;

let db: Database;
let root: string;
let storage: RecordingStorage;
let alive: Set<string>;
let works: RecordingWork[];
let sweep: RecordingSweep | null;
beforeAll(async () => {
  db = await openTestDatabase('PGlite');
});
afterAll(() => db.close());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
  storage = new FolderStorage(join(root, 'storage'));
  alive = new Set();
  works = [];
  sweep = null;
});
afterEach(async () => {
  await Promise.all(works.map((work) => work.close()));
  await sweep?.close();
  // The next test is not to look after those of this one.
  for (const { id } of await db.recordings.processing()) await db.recordings.fail(id, 'left', null);
  await rm(root, { recursive: true, force: true });
});

/** A node that mixes. @param disk what it keeps over its restarts */
function startNode(nodeId: string, disk = nodeId, join: Join = joinComposite): RecordingWork {
  alive.add(nodeId);
  const folders = new PartFolders(diskOf(disk));
  const shared = { store: db.recordings, folders, logger };
  const work = new RecordingWork({
    ...{ ...shared, nodeId, isAlive: (node) => alive.has(node) },
    finisher: new Finisher({
      ...{ ...shared, storage, keepDays: 30, now: Date.now },
      joinComposite: (folder, target) => join({ ffmpeg: 'ffmpeg', folder, target }),
      durationOf: (path) => durationOf('ffmpeg', path),
    }),
  });
  work.start();
  works.push(work);
  return work;
}

const diskOf = (disk: string) => join(root, disk);

async function addRecording(values: Partial<RecordingRecord> = {}): Promise<RecordingRecord> {
  const { host, meetingId } = await hostWithMeeting(db);
  return db.recordings.insert(recordingOf(host, meetingId, values));
}

/** What a mixer writes in so many seconds, until it ends. */
async function record(
  work: RecordingWork,
  recording: RecordingRecord,
  part: { number: number; first: number; segments: number },
): Promise<void> {
  const target = await work.begin(recording, part.number);
  await work.handleWriting(recording.id);
  if (target.composite !== null) await writeSegments(target.composite, part.first, part.segments);
  await work.end(recording.id, part.number);
}

const until = async (id: string, state: RecordingRecord['state']): Promise<RecordingRecord> =>
  eventually(async () => {
    const found = await db.recordings.find(id);
    expect(found?.state).toBe(state);
    if (!found) throw new Error('it is gone');
    return found;
  }, 20_000);

async function playedMs(id: string): Promise<number> {
  const [file] = await db.recordings.files(id);
  return durationOf('ffmpeg', join(root, 'storage', file?.key ?? ''));
}

test('what a mixer has written becomes one file, and nothing stays on its disk', async () => {
  const work = startNode('a');
  const recording = await addRecording();
  await record(work, recording, { number: 1_000, first: 500, segments: 3 });
  expect((await db.recordings.find(recording.id))?.state).toBe('recording');
  await db.recordings.stop(recording.id, Date.now());
  work.look();
  const { durationMs, bytes, expiresAt, error } = await until(recording.id, 'ready');
  expect(durationMs).toBeGreaterThan(5_500);
  expect(durationMs).toBeLessThan(6_500);
  expect(await playedMs(recording.id)).toBe(durationMs);
  expect(bytes).toBeGreaterThan(1_000);
  expect(expiresAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  expect(error).toBeNull();
  expect(existsSync(join(diskOf('a'), recording.id))).toBe(false);
});

test('a process that comes after a crash goes on with what it finds', async () => {
  const before = startNode('a');
  const recording = await addRecording();
  const target = await before.begin(recording, 1_000);
  await before.handleWriting(recording.id);
  await writeSegments(target.composite ?? '', 500, 2);
  // Nobody could say that it has ended.
  await before.close();
  alive.delete('a');
  await db.recordings.stop(recording.id, Date.now());
  startNode('a-again', 'a');
  const { durationMs } = await until(recording.id, 'ready');
  expect(durationMs).toBeGreaterThan(3_500);
});

test('a part that could not be begun keeps nobody from what was recorded', async () => {
  const work = startNode('a');
  const recording = await addRecording();
  await record(work, recording, { number: 1_000, first: 500, segments: 2 });
  const inTheWay = join(diskOf('a'), recording.id, '1001');
  await writeFile(inTheWay, '');
  await expect(work.begin(recording, 1_001)).rejects.toThrow();
  await rm(inTheWay);
  await db.recordings.stop(recording.id, Date.now());
  work.look();
  const { durationMs } = await until(recording.id, 'ready');
  expect(durationMs).toBeGreaterThan(3_500);
});

test('parts of several nodes become one recording, in their order', async () => {
  const [first, second] = [startNode('a'), startNode('b')];
  const recording = await addRecording();
  await record(first, recording, { number: 1_000, first: 500, segments: 2 });
  await record(second, recording, { number: 2_000, first: 510, segments: 1 });
  await record(first, recording, { number: 3_000, first: 520, segments: 2 });
  await db.recordings.stop(recording.id, Date.now());
  const { durationMs } = await until(recording.id, 'ready');
  expect(durationMs).toBeGreaterThan(9_000);
  expect(durationMs).toBeLessThan(11_000);
  expect(await playedMs(recording.id)).toBe(durationMs);
  await eventually(() => {
    expect(existsSync(join(diskOf('a'), recording.id))).toBe(false);
    expect(existsSync(join(diskOf('b'), recording.id))).toBe(false);
  });
  await eventually(async () => expect(await storage.list('recordings/')).toHaveLength(1));
});

test('a service that speaks S3 keeps it as well', async () => {
  const s3 = await S3Server.start();
  try {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
    const identity = { region, accessKeyId, secretAccessKey };
    storage = new S3Storage({ endpoint, bucket, pathStyle: true, ...identity });
    const [first, second] = [startNode('a'), startNode('b')];
    const recording = await addRecording({ title: 'What / why?' });
    await record(first, recording, { number: 1_000, first: 500, segments: 1 });
    await record(second, recording, { number: 2_000, first: 510, segments: 1 });
    await db.recordings.stop(recording.id, Date.now());
    const { bytes } = await until(recording.id, 'ready');
    const [file] = await db.recordings.files(recording.id);
    expect(file?.name).toBe('What - why-.mp4');
    expect((await buffer(await storage.read(file?.key ?? ''))).length).toBe(bytes);
    await eventually(async () => {
      expect(await storage.list('recordings/')).toEqual([file?.key]);
    });
  } finally {
    await s3.close();
  }
});

test('tracks are stored with who they are of and when they begin', async () => {
  const work = startNode('a');
  const recording = await addRecording({ composite: false, tracks: true });
  const { composite, tracks } = await work.begin(recording, 1_000);
  expect(composite).toBeNull();
  const folder = tracks ?? '';
  await writeFile(join(folder, 'x.webm'), 'a track');
  const track = { startsAt: T0 + 1_500, durationSec: 4, source: 'camera', participantId: 'p1' };
  const manifest = {
    tracks: [
      { ...track, file: 'x.webm', name: 'Ada' },
      { ...track, file: 'missing.webm', name: 'Grace' },
      { ...track, file: '../../../../etc/hostname', name: 'Mallory' },
    ],
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await work.end(recording.id, 1_000);
  await db.recordings.stop(recording.id, Date.now());
  expect(await until(recording.id, 'ready')).toMatchObject({ durationMs: 5_500 });
  const files = await db.recordings.files(recording.id);
  expect(files.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    ...['manifest manifest.json', 'track 001-camera.webm'],
  ]);
  expect(files[1]).toMatchObject({
    ...{ participant: 'Ada', source: 'camera', offsetMs: 1_500, durationMs: 4_000 },
    ...{ type: 'video/webm', bytes: 7 },
  });
});

test('what cannot be put together is tried again, and says so in the end', async () => {
  let attempts = 0;
  const work = startNode('a', 'a', () => {
    attempts += 1;
    return Promise.reject(new Error('there is no such codec'));
  });
  const recording = await addRecording();
  await record(work, recording, { number: 1_000, first: 500, segments: 1 });
  await db.recordings.stop(recording.id, Date.now());
  const { error } = await until(recording.id, 'failed');
  expect(error).toContain('could not be put together');
  expect(attempts).toBe(5);
  // Somebody may still look at it.
  expect(existsSync(join(diskOf('a'), recording.id))).toBe(true);
});

test('what is removed while it is written is gone from everywhere', async () => {
  const work = startNode('a');
  const recording = await addRecording();
  await work.begin(recording, 1_000);
  await db.recordings.remove(recording.id, Date.now());
  startSweep(1_000);
  await work.end(recording.id, 1_000);
  await eventually(async () => {
    expect(existsSync(join(diskOf('a'), recording.id))).toBe(false);
    expect((await db.recordings.removed()).map(({ id }) => id)).not.toContain(recording.id);
  });
});

test('a node that does not come back is not waited for', async () => {
  const [lost, other] = [startNode('a'), startNode('b')];
  const recording = await addRecording();
  await lost.begin(recording, 1_000);
  await record(other, recording, { number: 2_000, first: 510, segments: 1 });
  await lost.close();
  alive.delete('a');
  await db.recordings.stop(recording.id, Date.now() - 2_000);
  startSweep(1_000);
  const { error, durationMs } = await until(recording.id, 'ready');
  expect(error).toContain('lost');
  expect(durationMs).toBeGreaterThan(1_500);
});

test('where all is lost the recording has failed', async () => {
  const work = startNode('a');
  const recording = await addRecording();
  await work.begin(recording, 1_000);
  await work.close();
  alive.delete('a');
  await db.recordings.stop(recording.id, Date.now() - 61_000);
  startSweep(1_000);
  expect((await until(recording.id, 'failed')).error).toContain('lost');
});

test('folders of recordings that nobody knows are removed', async () => {
  const folder = join(diskOf('a'), 'somebody', '1000', 'composite');
  await mkdir(folder, { recursive: true });
  startNode('a');
  await eventually(() => expect(existsSync(join(diskOf('a'), 'somebody'))).toBe(false));
});

function startSweep(lostAfterMs: number): void {
  sweep = new RecordingSweep({
    ...{ store: db.recordings, storage, isAlive: (node) => alive.has(node), lostAfterMs, logger },
    ...{ tellMixers: () => undefined, now: Date.now, stopEmptyAfterMs: null },
  });
  sweep.start();
}
