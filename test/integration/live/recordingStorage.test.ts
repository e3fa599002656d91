import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FolderStorage } from '../../../server/live/recordings/FolderStorage.ts';
import type { RecordingStorage } from '../../../server/live/recordings/RecordingStorage.ts';
import { S3Storage } from '../../../server/live/recordings/S3Storage.ts';
import { S3Server } from '../../support/live/S3Server.ts';

const MIB = 1_024 * 1_024;
const TYPE = 'video/mp4';

let folder: string;
let s3: S3Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-storage-'));
  s3 = await S3Server.start();
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

/** In chunks that are no parts. */
function streamOf(content: Buffer, chunkBytes = 700_000): Readable {
  const chunks = [];
  for (let at = 0; at < content.length; at += chunkBytes) {
    chunks.push(content.subarray(at, at + chunkBytes));
  }
  return Readable.from(chunks);
}

describe.each<[string, () => RecordingStorage]>([
  ['a folder', () => new FolderStorage(folder)],
  ['S3', () => new S3Storage({ ...s3Options(), partBytes: 5 * MIB })],
])('%s', (_, open) => {
  const storage = () => open();

  test.each([
    ['nothing', 0],
    ['a little', 1_000],
    ['one part', 5 * MIB],
    ['several parts', 12 * MIB + 17],
  ])('keeps %s as it is', async (_, bytes) => {
    const content = randomBytes(bytes);
    expect(await storage().put('a/whole.mp4', streamOf(content), TYPE)).toBe(bytes);
    const read = await buffer(await storage().read('a/whole.mp4'));
    expect(read.equals(content)).toBe(true);
  });

  test('gives a part of a file', async () => {
    const content = randomBytes(6 * MIB);
    await storage().put('a/part.mp4', streamOf(content), TYPE);
    const range = { start: 5 * MIB - 10, end: 5 * MIB + 9 };
    const read = await buffer(await storage().read('a/part.mp4', range));
    expect(read.equals(content.subarray(range.start, range.end + 1))).toBe(true);
    const one = await buffer(await storage().read('a/part.mp4', { start: 1, end: 1 }));
    expect(one.equals(content.subarray(1, 2))).toBe(true);
  });

  test('lists what begins so, and removes it', async () => {
    for (const key of ['r/1/a.mp4', 'r/1/t/b.webm', 'r/10/c.mp4', 'q/1/d.mp4']) {
      await storage().put(key, streamOf(Buffer.from(key)), TYPE);
    }
    expect((await storage().list('r/1/')).sort()).toEqual(['r/1/a.mp4', 'r/1/t/b.webm']);
    await storage().remove(await storage().list('r/1/'));
    await storage().remove(['r/1/a.mp4']);
    expect(await storage().list('r/1/')).toEqual([]);
    expect(await storage().list('r/')).toEqual(['r/10/c.mp4']);
    await expect(storage().read('r/1/a.mp4')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('keeps nothing of what could not be read whole', async () => {
    const broken = new Readable({ read: () => undefined });
    broken.push(randomBytes(6 * MIB));
    setImmediate(() => broken.destroy(new Error('the disk is gone')));
    await expect(storage().put('a/broken.mp4', broken, TYPE)).rejects.toThrow();
    expect(await storage().list('a/broken')).toEqual([]);
    await expect(storage().read('a/broken.mp4')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['../a', '/a', 'a/../b', 'a//b', '.a', 'a/', 'a b', ''])(
    'takes no file as %j',
    async (key) => {
      const put = () => storage().put(key, streamOf(Buffer.from('x')), TYPE);
      await expect(put()).rejects.toThrow(RangeError);
      await expect(storage().read(key)).rejects.toThrow(RangeError);
    },
  );
});

test('a folder holds nothing unfinished', async () => {
  const names = await readdir(folder, { recursive: true });
  expect(names.filter((name) => name.split('/').at(-1)?.startsWith('.'))).toEqual([]);
});

test('a service that is away is told apart from one that refuses', async () => {
  const away = new S3Storage({ ...s3Options(), endpoint: 'http://127.0.0.1:1' });
  await expect(away.list('a/')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const stranger = new S3Storage({ ...s3Options(), accessKeyId: 'somebody' });
  await expect(stranger.read('a/whole.mp4')).rejects.toMatchObject({ status: 403 });
});

function s3Options() {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
  return { endpoint, bucket, region, pathStyle: true, accessKeyId, secretAccessKey };
}
