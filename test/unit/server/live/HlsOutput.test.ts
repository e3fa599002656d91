import { createDecipheriv } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HlsOutput, type HlsOutputOptions } from '../../../../server/live/mixer/HlsOutput.ts';
import { ivOf } from '../../../../server/live/mixer/playlists.ts';
import { RENDITIONS } from '../../../../server/live/mixer/renditions.ts';

let folder: string;
let work: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-hls-'));
  work = await mkdtemp(join(tmpdir(), 'parley-hls-work-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(work, { recursive: true });
});

const keyOf = (firstSequence: number) => Buffer.alloc(16, firstSequence + 1);

const open = (given: Partial<HlsOutputOptions> = {}) =>
  HlsOutput.create({
    ...{ folder, renditions: [RENDITIONS['360p'], RENDITIONS.audio], framesPerSecond: 25 },
    ...{ segmentSec: 1, keptSegments: 2, segmentsPerKey: 2, continues: null },
    issueKey: (firstSequence) => ({ uri: `key-${firstSequence}`, key: keyOf(firstSequence) }),
    ...given,
  });

async function publish(output: HlsOutput, n: number, isDiscontinuous = false): Promise<void> {
  const paths = ['360p', 'audio'].map((name) => join(work, `${name}-${n}.ts`));
  for (const path of paths) await writeFile(path, `segment ${n}`);
  const files = paths.map((path) => ({ path, durationSec: 1 }));
  await output.publish({ startSec: n, endSec: n + 1, files }, n * 1_000, isDiscontinuous);
}

const playlist = () => readFile(join(folder, '360p', 'index.m3u8'), 'utf8');

it('encrypts, rotates keys, and removes what nobody can be playing any more', async () => {
  const output = await open();
  for (let n = 0; n < 6; n++) await publish(output, n);

  const encrypted = await readFile(join(folder, 'audio', '5.ts'));
  const decipher = createDecipheriv('aes-128-cbc', keyOf(4), ivOf(5));
  expect(Buffer.concat([decipher.update(encrypted), decipher.final()]).toString()).toBe(
    'segment 5',
  );
  expect((await playlist()).match(/^#EXT-X-KEY.*$/gm)).toEqual([
    '#EXT-X-KEY:METHOD=AES-128,URI="key-4"',
  ]);
  expect((await readdir(join(folder, '360p'))).sort()).toEqual([
    ...['2.ts', '3.ts', '4.ts', '5.ts', 'index.m3u8'],
  ]);
  expect(await readdir(work)).toEqual([]);
});

it('goes on behind a break, and where another has left off', async () => {
  const output = await open({ continues: { sequence: 40, discontinuitySequence: 3 } });
  await publish(output, 0, true);
  await publish(output, 1);
  await publish(output, 2, true);

  expect(output.position).toEqual({ sequence: 43, discontinuitySequence: 5 });
  expect(await playlist()).toContain('#EXT-X-MEDIA-SEQUENCE:41\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n');
  await output.end(true);
  expect(await playlist()).toContain('#EXT-X-ENDLIST');
  await expect(publish(output, 3)).rejects.toMatchObject({ code: 'INVALID_STATE' });
});

it('needs no break before its first segment', async () => {
  const output = await open();
  await publish(output, 0, true);

  expect(await playlist()).not.toContain('#EXT-X-DISCONTINUITY\n');
});

it('leaves out what cannot be written, everywhere, and goes on', async () => {
  const output = await open();
  await publish(output, 0);
  await rm(join(folder, 'audio'), { recursive: true });
  await expect(publish(output, 1)).rejects.toMatchObject({ code: 'ENOENT' });

  expect(output.position.sequence).toBe(1);
  expect(await playlist()).not.toContain('1.ts');
  expect(await readdir(work)).toEqual([]);
});
