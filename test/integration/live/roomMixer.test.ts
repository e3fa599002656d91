import { fork } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MediaPort } from '../../../server/live/mixer/MediaPort.ts';
import { nextSequence } from '../../../server/live/segmentKeys.ts';
import { eventually } from '../../support/eventually.ts';
import { colourAt, loudnessBetween } from '../../support/live/analyze.ts';
import type { ParentSays } from '../../support/live/mixerParent.ts';
import { createInput, person } from '../../support/live/room.ts';
import { groupOf, playlistOf, type OpenedMixer } from '../../support/live/roomMixer.ts';
import { plain, RtpSender, tone } from '../../support/live/RtpSender.ts';
import { useMixers } from '../../support/live/useMixers.ts';
import { report } from '../../support/live/watching.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;

const { open, afterwards } = useMixers();

/** Somebody in red with a voice, on the stage; answers what is sent and where to. */
async function talk({ mixer, rtp }: OpenedMixer) {
  const [camera, voice] = [createInput('VP8'), createInput('voice')];
  const stage = { people: [person('Ada', camera, voice)], speaker: null };
  mixer.setFeed({ inputs: [camera, voice], stage });
  const [to] = await eventually(() => {
    expect(rtp).toHaveLength(1);
    return rtp;
  }, LONG_MS);
  if (!to) throw new Error('There is no port.');
  const sender = await RtpSender.start({
    to,
    askedBy: mixer,
    picture: { source: plain('red'), input: camera },
    voice: { source: tone(300), input: voice },
  });
  afterwards(() => sender.stop());
  return { camera, voice, to };
}

const workFoldersOf = async (pid: number) =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`parley-mixer-${pid}-`));

/** Waits until something is seen and heard that was sent. */
async function flowing({ segments }: OpenedMixer, more = 3): Promise<void> {
  const before = segments.length;
  await eventually(() => expect(segments.length).toBeGreaterThanOrEqual(before + more), LONG_MS);
}

/** How many the room had by then: those that are in the playlist, and those that are no longer. */
function discontinuitiesIn(playlist: string): number {
  const gone = Number(/#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)\n/.exec(playlist)?.[1]);
  return gone + playlist.split('#EXT-X-DISCONTINUITY\n').length - 1;
}

it.each([
  ['killed', 'SIGKILL'],
  ['frozen', 'SIGSTOP'],
] as const)('goes on when it is %s', { timeout: TIMEOUT_MS }, async (_, signal) => {
  const room = await open();
  const { mixer, spec, segments, rtp } = room;
  const listener = room.listen();
  afterwards(() => listener.close());
  const { camera } = await talk(room);
  await flowing(room);
  const pid = mixer.pid ?? 0;
  const family = await groupOf(pid);
  expect(family.map(({ name }) => name)).toContain('ffmpeg');
  const last = segments.at(-1)?.sequence ?? 0;
  const keysBefore = room.keyRequests.length;

  const hitAt = Date.now();
  process.kill(pid, signal);
  // Frozen ones among its children do not end by themselves.
  for (const child of family) if (child.pid !== pid) process.kill(child.pid, 'SIGSTOP');
  const next = await eventually(() => {
    expect(mixer.health.restarts).toBe(1);
    const after = segments.find(({ startsAt }) => startsAt > hitAt);
    expect(after).toBeDefined();
    return after;
  }, LONG_MS);
  const backAfterMs = Date.now() - hitAt;
  await flowing(room, 2);
  await listener.close();
  const runs = await listener.watch();

  expect(await groupOf(pid)).toEqual([]);
  expect(mixer.pid).not.toBe(pid);
  // The port and what it was told last are those of before.
  expect(rtp).toHaveLength(1);
  expect(room.keyRequests.slice(keysBefore)).toContain(camera.id);
  expect(runs).toHaveLength(2);
  const frame = runs[1]?.frames.at(-1);
  expect(frame && colourAt(frame, 0.4, 0.4)).toBe('red');
  const sound = runs[1]?.sound;
  const end = (sound?.startsAt ?? 0) + (sound?.samples.length ?? 0) / 48;
  expect(sound && loudnessBetween(sound, end - 1_000, end)).toBeGreaterThan(0.08);
  // Numbers go on by the clock, further than any that were.
  expect(next?.sequence).toBeGreaterThan(last);
  expect(next?.sequence).toBeLessThanOrEqual(nextSequence(Date.now(), spec.segmentSec));
  expect(discontinuitiesIn(await playlistOf(spec.folder))).toBe(2);
  expect(room.healths.map(({ state }) => state)).toContain('interrupted');
  expect(mixer.health.lastError).toMatch(signal === 'SIGKILL' ? /SIGKILL/ : /hung/);
  report(`${signal} of the mixer`, { backAfterMs });
});

it('leaves nothing behind when whoever started it is gone', { timeout: TIMEOUT_MS }, async () => {
  const parent = fork(
    fileURLToPath(new URL('../../support/live/mixerParent.ts', import.meta.url)),
    {
      execArgv: [],
    },
  );
  afterwards(() => void parent.kill('SIGKILL'));
  const says = await new Promise<ParentSays>((resolve) => {
    parent.on('message', (message) => {
      const heard = message as ParentSays;
      if (heard.segments > 0) resolve(heard);
    });
  });
  afterwards(() => rm(says.folder, { recursive: true }));
  expect((await groupOf(says.pid)).length).toBeGreaterThan(1);
  expect(await workFoldersOf(says.pid)).toHaveLength(1);

  // One that hangs does not end with its pipes.
  const [encoder] = (await groupOf(says.pid)).filter(({ pid }) => pid !== says.pid);
  process.kill(encoder?.pid ?? 0, 'SIGSTOP');
  parent.kill('SIGKILL');
  await eventually(async () => expect(await groupOf(says.pid)).toEqual([]), LONG_MS);
  expect(await workFoldersOf(says.pid)).toEqual([]);
  expect(await playlistOf(says.folder)).not.toContain('#EXT-X-ENDLIST');
});

it('takes another port where the one before is taken', { timeout: TIMEOUT_MS }, async () => {
  const room = await open({}, { ports: { min: 46_900, max: 46_901 } });
  const { mixer, rtp } = room;
  const { to } = await talk(room);
  await flowing(room, 1);
  process.kill(mixer.pid ?? 0, 'SIGKILL');
  const thief = await eventually(() => MediaPort.open(to.ip, { min: to.port, max: to.port }));
  afterwards(() => thief.close());

  await eventually(() => expect(rtp).toHaveLength(2), LONG_MS);
  expect(rtp[1]?.port).toBe(to.port === 46_900 ? 46_901 : 46_900);
});

it(
  'says what is wrong and tries again where there is no port',
  { timeout: TIMEOUT_MS },
  async () => {
    const taken = await MediaPort.open('127.0.0.1', { min: 46_910, max: 46_910 });
    const room = await open({}, { ports: { min: 46_910, max: 46_910 } });
    await eventually(() => {
      expect(room.mixer.health.lastError).toMatch(/ports/);
      expect(room.mixer.health.restarts).toBeGreaterThan(1);
    }, LONG_MS);
    expect(room.mixer.health.state).toBe('starting');
    await taken.close();

    await flowing(room, 1);
    expect(room.mixer.health.state).toBe('running');
  },
);

it('ends the playlists, also those of a mixer that cannot', { timeout: TIMEOUT_MS }, async () => {
  const room = await open();
  await flowing(room, 1);
  const pid = room.mixer.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  await room.mixer.close(true);
  await room.mixer.close(true);

  expect(await groupOf(pid)).toEqual([]);
  for (const rendition of ['360p', 'audio']) {
    expect(await playlistOf(room.spec.folder, rendition)).toContain('#EXT-X-ENDLIST');
  }
});

it('goes on with a room that another mixer has left', { timeout: TIMEOUT_MS }, async () => {
  const first = await open();
  await flowing(first, 2);
  await first.mixer.close(false);
  expect(await playlistOf(first.spec.folder)).not.toContain('#EXT-X-ENDLIST');
  const second = await open({ ...first.spec, generation: 1 });
  await flowing(second, 1);

  const text = await playlistOf(first.spec.folder);
  expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1000\n');
  expect(second.segments[0]?.sequence).toBeGreaterThan(first.segments.at(-1)?.sequence ?? Infinity);
});

it('says what cannot be written, and goes on when it can', { timeout: TIMEOUT_MS }, async () => {
  const room = await open();
  await flowing(room, 1);
  const folder = join(room.spec.folder, 'audio');
  await rm(folder, { recursive: true });
  await eventually(() => expect(room.mixer.health.lastError).toMatch(/ENOENT/), LONG_MS);
  await mkdir(folder);
  await flowing(room, 1);

  expect(room.mixer.health).toMatchObject({ state: 'running', restarts: 0 });
  expect((await playlistOf(room.spec.folder)).match(/^#EXT-X-DISCONTINUITY$/gm)).toHaveLength(2);
});

it('mixes no room without a picture', async () => {
  await expect(open({ renditions: ['audio'] })).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
  });
});
