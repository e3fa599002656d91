import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LIST_ENDS } from '../../../server/live/mixer/playlists.ts';
import { readIndex } from '../../../server/live/recording/compositeIndex.ts';
import { eventually } from '../../support/eventually.ts';
import { openMixer, playlistOf, type OpenedMixer } from '../../support/live/roomMixer.ts';

const TIMEOUT_MS = 120_000;
const LONG_MS = 60_000;
/** What nobody notices between two segments. */
const MAX_GAP_MS = 80;

let recorded: string;
let room: OpenedMixer;
beforeEach(async () => {
  recorded = await mkdtemp(join(tmpdir(), 'parley-publication-'));
});
afterEach(async () => {
  await room.mixer.close(true);
  await room.remove();
  await rm(recorded, { recursive: true, force: true });
});

const segments = async () => (await readIndex(recorded)).segments;
/** Waits until so many segments more are recorded. */
async function record(more: number): Promise<void> {
  const wanted = (await segments()).length + more;
  await eventually(async () => {
    expect((await segments()).length).toBeGreaterThanOrEqual(wanted);
  }, LONG_MS);
}
/** Waits until listeners have so many segments more. */
async function publish(more: number): Promise<void> {
  const wanted = room.segments.length + more;
  await eventually(() => expect(room.segments.length).toBeGreaterThanOrEqual(wanted), LONG_MS);
}

it(
  'goes on air and off it, and on it again, and what is recorded has no gap',
  { timeout: TIMEOUT_MS },
  async () => {
    const renditions = ['360p', 'audio'] as const;
    room = await openMixer({ publish: false, renditions, record: { folder: recorded } });
    const { mixer, spec } = room;
    await record(2);
    const { pid } = mixer;
    expect(room.segments).toEqual([]);

    mixer.setPublication({ keySecret: spec.keySecret, keyPath: '/keys' });
    await publish(2);
    const listener = room.listen();
    await eventually(() => expect(listener.segments.length).toBeGreaterThan(1), LONG_MS);
    mixer.setPublication(null);
    for (const rendition of renditions) {
      await eventually(async () => {
        expect(await playlistOf(spec.folder, rendition)).toContain(LIST_ENDS);
      }, LONG_MS);
    }
    await eventually(() => expect(listener.ended).toBe(true));
    await listener.close();
    const published = room.segments.length;
    await record(2);

    const keySecret = randomBytes(32).toString('base64');
    mixer.setPublication({ keySecret, keyPath: '/other' });
    await publish(2);
    const playlist = await playlistOf(spec.folder);
    expect(playlist).not.toContain(LIST_ENDS);
    expect(playlist).toContain('URI="/other/');
    expect(playlist).not.toContain('URI="/keys/');
    const numbers = room.segments.map(({ sequence }) => sequence);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.length).toBeGreaterThan(published);
    await record(1);

    const all = await segments();
    const gaps = all.slice(1).map(({ startsAt }, index) => {
      const before = all[index];
      return before ? startsAt - (before.startsAt + before.durationSec * 1_000) : NaN;
    });
    for (const gap of gaps) expect(Math.abs(gap)).toBeLessThan(MAX_GAP_MS);
    // One encoder before listeners came, one for them, and so on: never another process.
    expect(all.filter(({ discontinuous }) => discontinuous)).toHaveLength(4);
    expect(mixer.health.restarts).toBe(0);
    expect(mixer.pid).toBe(pid);
  },
);

it(
  'goes on air and off it while its first encoder has hardly begun',
  { timeout: TIMEOUT_MS },
  async () => {
    room = await openMixer({ publish: false, record: { folder: recorded } });
    const { mixer, spec } = room;
    for (const keyPath of ['/a', '/b', '/c']) {
      mixer.setPublication({ keySecret: spec.keySecret, keyPath });
      mixer.setPublication(null);
    }
    mixer.setPublication({ keySecret: spec.keySecret, keyPath: '/keys' });
    const listener = room.listen();
    await publish(3);
    await eventually(() => expect(listener.segments.length).toBeGreaterThan(1), LONG_MS);
    await listener.close();
    expect(await playlistOf(spec.folder)).toContain('URI="/keys/');
    expect(mixer.health).toMatchObject({ state: 'running', restarts: 0, lastError: null });
  },
);
