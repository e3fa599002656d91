import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { readIndex, segmentName } from '../../../server/live/recording/compositeIndex.ts';
import { joinComposite } from '../../../server/live/recording/joinComposite.ts';
import { eventually } from '../../support/eventually.ts';
import { probe } from '../../support/live/probe.ts';
import { playlistOf, type OpenedMixer } from '../../support/live/roomMixer.ts';
import { openSmallDisk, type SmallDisk } from '../../support/live/smallDisk.ts';
import { useMixers } from '../../support/live/useMixers.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;
const DISK_MB = 8;

const { open, afterwards } = useMixers();

async function openDisk(): Promise<SmallDisk> {
  const disk = await openSmallDisk(DISK_MB);
  afterwards(() => disk.remove());
  return disk;
}

async function more({ segments }: OpenedMixer, count: number): Promise<void> {
  const enough = segments.length + count;
  await eventually(() => expect(segments.length).toBeGreaterThanOrEqual(enough), LONG_MS);
}

/** How often the stream was broken off so far; its beginning is the first time. */
async function breaksIn(folder: string): Promise<number> {
  const text = await playlistOf(folder);
  const passed = Number(/^#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)$/m.exec(text)?.[1]);
  return passed + [...text.matchAll(/^#EXT-X-DISCONTINUITY$/gm)].length;
}

const lastErrorOf = ({ mixer }: OpenedMixer) => mixer.health.lastError ?? '';

it('a room goes on when its disk was full', { timeout: TIMEOUT_MS }, async () => {
  const disk = await openDisk();
  const folder = join(disk.folder, 'room');
  await mkdir(folder);
  const room = await open({ folder });
  const listener = room.listen();
  afterwards(() => listener.close());
  await more(room, 3);
  const pid = room.mixer.pid ?? 0;
  await disk.fill(pid);
  await eventually(() => expect(lastErrorOf(room)).toContain(disk.code), LONG_MS);
  const lost = room.segments.at(-1)?.sequence ?? 0;
  // What listeners read is what there was.
  expect(await playlistOf(folder)).toContain(`\n${lost}.ts`);
  await disk.free(pid);
  await more(room, 3);
  await listener.close();

  expect(room.mixer.health).toMatchObject({ state: 'running', restarts: 0 });
  expect(room.mixer.pid).toBe(pid);
  expect(await breaksIn(folder)).toBe(2);
  const names = await readdir(join(folder, '360p'));
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const runs = await listener.watch();
  expect(runs).toHaveLength(2);
  for (const { frames, sound } of runs) {
    expect(frames.length).toBeGreaterThan(20);
    expect(sound.samples.length).toBeGreaterThan(40_000);
  }
});

it(
  'a recording has what there was room for, before and after',
  { timeout: TIMEOUT_MS },
  async () => {
    const disk = await openDisk();
    const published = await mkdtemp(join(tmpdir(), 'parley-live-'));
    afterwards(() => rm(published, { recursive: true, force: true }));
    const room = await open({
      ...{ folder: published, renditions: ['360p'], record: { folder: disk.folder } },
    });
    const done: string[] = [];
    room.mixer.on('recorded', ({ folder }) => done.push(folder));
    const recorded = async (count: number) =>
      eventually(async () => {
        const { segments } = await readIndex(disk.folder);
        expect(segments.length).toBeGreaterThanOrEqual(count);
        return segments;
      }, LONG_MS);
    await recorded(3);
    const pid = room.mixer.pid ?? 0;
    await disk.fill(pid);
    await eventually(() => expect(lastErrorOf(room)).toContain(disk.code), LONG_MS);
    const before = (await readIndex(disk.folder)).segments;
    // Whoever listens notices nothing of it.
    await more(room, 2);
    await disk.free(pid);
    await recorded(before.length + 3);
    room.mixer.setRecord(null);
    await eventually(() => expect(done).toEqual([disk.folder]), LONG_MS);

    expect(room.mixer.health).toMatchObject({ state: 'running', restarts: 0 });
    expect(await breaksIn(published)).toBe(1);
    const { segments, until } = await readIndex(disk.folder);
    expect(segments.filter(({ discontinuous }) => discontinuous)).toHaveLength(2);
    for (const { sequence } of segments) {
      expect((await probe(join(disk.folder, segmentName(sequence)))).streams).toHaveLength(2);
    }
    const target = join(published, 'whole.mp4');
    const ffmpeg = await ensureFfmpeg();
    const joined = await joinComposite({ ffmpeg, folder: disk.folder, target });
    // Its last segment is cut where the recording was stopped.
    const last = segments.at(-1);
    const overSec = ((last?.startsAt ?? 0) - (until ?? 0)) / 1_000 + (last?.durationSec ?? 0);
    const writtenSec = segments.reduce((sum, { durationSec }) => sum + durationSec, -overSec);
    expect(Math.abs(joined.durationSec - writtenSec)).toBeLessThan(0.5);
    expect((await probe(target)).durationSec).toBeCloseTo(joined.durationSec, 0);
  },
);
