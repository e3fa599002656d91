import { createDecipheriv } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  endPlaylists,
  HlsOutput,
  type HlsOutputOptions,
} from '../../../../server/live/mixer/HlsOutput.ts';
import { ivOf } from '../../../../server/live/mixer/playlists.ts';
import { RENDITIONS } from '../../../../server/live/mixer/renditions.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-hls-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const keyOf = (sequence: number) => Buffer.alloc(16, Math.floor(sequence / 2) + 1);
const RENDITIONS_USED = [RENDITIONS['360p'], RENDITIONS.audio];

const open = (given: Partial<HlsOutputOptions> = {}) =>
  HlsOutput.create({
    ...{ folder, renditions: RENDITIONS_USED, framesPerSecond: 25, segmentSec: 1 },
    ...{ keptSegments: 2, firstSequence: 0, discontinuitySequence: 0 },
    keyOf: (sequence) => ({ uri: `key-${Math.floor(sequence / 2)}`, key: keyOf(sequence) }),
    ...given,
  });

const publish = (output: HlsOutput, n: number, isDiscontinuous = false) =>
  output.publish({
    ...{ startsAt: n * 1_000, durationSec: 1, isDiscontinuous },
    files: RENDITIONS_USED.map((rendition) => ({
      ...{ rendition, durationSec: 1, data: Buffer.from(`segment ${n}`) },
    })),
  });

const playlist = () => readFile(join(folder, '360p', 'index.m3u8'), 'utf8');

it('encrypts, rotates keys, and removes what nobody can be playing any more', async () => {
  const output = await open();
  for (let n = 0; n < 6; n++) await publish(output, n);

  const encrypted = await readFile(join(folder, 'audio', '5.ts'));
  const decipher = createDecipheriv('aes-128-cbc', keyOf(5), ivOf(5));
  expect(Buffer.concat([decipher.update(encrypted), decipher.final()]).toString()).toBe(
    'segment 5',
  );
  expect((await playlist()).match(/^#EXT-X-KEY.*$/gm)).toEqual([
    '#EXT-X-KEY:METHOD=AES-128,URI="key-2"',
  ]);
  expect((await readdir(join(folder, '360p'))).sort()).toEqual([
    ...['2.ts', '3.ts', '4.ts', '5.ts', 'index.m3u8'],
  ]);
});

it('goes on behind a break, and where another has left off', async () => {
  await mkdir(join(folder, '360p'));
  await writeFile(join(folder, '360p', '30.ts'), 'of a mixer before');
  await writeFile(join(folder, '360p', '39.ts'), 'of a mixer before, which may still be played');
  const output = await open({ firstSequence: 40, discontinuitySequence: 3 });
  expect(await publish(output, 0)).toBe(40);
  expect(await playlist()).toContain('#EXT-X-DISCONTINUITY\n');
  await publish(output, 1);
  expect(await publish(output, 2, true)).toBe(42);

  expect(output.discontinuities).toBe(5);
  expect(await playlist()).toContain('#EXT-X-MEDIA-SEQUENCE:41\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n');
  expect((await readdir(join(folder, '360p'))).sort()).toEqual([
    ...['39.ts', '40.ts', '41.ts', '42.ts', 'index.m3u8'],
  ]);
  await output.end(true);
  expect(await playlist()).toContain('#EXT-X-ENDLIST');
});

it('leaves out what cannot be written, everywhere, and goes on behind a break', async () => {
  const output = await open();
  await publish(output, 0);
  await rm(join(folder, 'audio'), { recursive: true });
  await expect(publish(output, 1)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await playlist()).not.toContain('1.ts');
  await mkdir(join(folder, 'audio'));

  expect(await publish(output, 2)).toBe(1);
  expect((await playlist()).match(/^#EXT-X-DISCONTINUITY$/gm)).toHaveLength(2);
});

it('ends what a mixer has left that could not', async () => {
  const output = await open();
  await publish(output, 0);
  await endPlaylists(folder, ['360p', 'audio', '720p']);
  await endPlaylists(folder, ['360p']);

  expect((await playlist()).match(/#EXT-X-ENDLIST/g)).toHaveLength(1);
});
