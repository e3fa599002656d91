import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { eventually } from '../../support/eventually.ts';
import type { HeardSegment } from '../../support/live/Listener.ts';
import { person } from '../../support/live/room.ts';
import { plain, tone } from '../../support/live/RtpSender.ts';
import { useRooms } from '../../support/live/useRooms.ts';
import {
  expectUnbroken,
  heardIn,
  LARGE,
  LOUD,
  report,
  seenIn,
  watchAll,
} from '../../support/live/watching.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;
/** Until what changes on the stage is to be seen in the stream: a key frame, and a busy machine. */
const SETTLES_MS = 1_500;
/** Where others stand: alone beside what is large, the first and the second. */
const ALONE_BESIDE = [0.87, 0.44] as const;
const FIRST_BESIDE = [0.87, 0.31] as const;
const SECOND_BESIDE = [0.87, 0.56] as const;
const execute = promisify(execFile);
const rooms = useRooms();

const delaysOf = (segments: readonly HeardSegment[]) =>
  segments.map(({ foundAt, startsAt }) => foundAt - startsAt);

it(
  'mixes a stage on which people come, speak, share, fall silent and go',
  { timeout: TIMEOUT_MS },
  async () => {
    const room = await rooms.open();
    const { mixer, listener } = room;
    const marks: Record<string, number> = {};
    const act = async (name: string, change: () => void | Promise<void>, forMs = 2_000) => {
      await change();
      // Whoever sends has to start, on a machine that does much else.
      await eventually(() => {
        for (const { input, pictures } of mixer.health.slots) {
          if (input !== null) expect(pictures).toBeGreaterThan(5);
        }
      }, LONG_MS);
      marks[name] = Date.now();
      await sleep(SETTLES_MS + forMs);
      // A picture's time is that of the step in which it was drawn, which may come a little late.
      marks[`${name} ends`] = Date.now() - 200;
    };
    const during = (name: string) =>
      [(marks[name] ?? 0) + SETTLES_MS, marks[`${name} ends`] ?? 0] as const;
    await act('nobody', () => undefined, 1_000);

    const [adaCamera, adaVoice] = [room.input('VP8'), room.input('voice')];
    const [bobCamera, bobVoice] = [room.input('VP8'), room.input('voice')];
    const screen = room.input('H264');
    const shown: string[][] = [];
    mixer.on('shown', (inputs) => shown.push(inputs.map(({ input }) => input)));
    await rooms.send({
      to: room.port,
      askedBy: room.mixer,
      picture: { source: plain('red'), input: adaCamera },
      voice: { source: tone(440), input: adaVoice },
    });
    await rooms.send({
      to: room.port,
      askedBy: room.mixer,
      picture: { source: plain('blue'), input: bobCamera },
      voice: { source: tone(300), input: bobVoice },
    });
    const ada = person('Ada', adaCamera, adaVoice);
    const bob = person('Bob', bobCamera, bobVoice);
    await act('Ada alone', () => room.setStage({ people: [ada], speaker: 'Ada' }));
    await act('Bob comes', () => room.setStage({ people: [ada, bob], speaker: 'Ada' }));
    await act('Bob speaks', () => room.setStage({ people: [ada, bob], speaker: 'Bob' }));
    await act('Bob shares', async () => {
      const picture = { source: plain('green'), input: screen };
      await rooms.send({ to: room.port, askedBy: room.mixer, picture });
      const sharing = person('Bob', bobCamera, bobVoice, screen);
      room.setStage({ people: [ada, sharing], speaker: 'Ada' });
    });
    expect(new Set(shown.at(-1))).toEqual(new Set([adaCamera.id, bobCamera.id, screen.id]));
    await act('muted', () =>
      room.setStage({ people: [person('Ada', adaCamera), person('Bob')], speaker: 'Bob' }),
    );
    expect(shown.at(-1)).toEqual([adaCamera.id]);
    await act('Ada goes', () => {
      room.drop(adaCamera, adaVoice);
      room.setStage({ people: [person('Bob')], speaker: null });
    });
    await act('all go', () => room.setStage({ people: [], speaker: null }));
    await room.close();
    const { runs, frames, sounds } = await watchAll(listener);

    expect(listener.ended).toBe(true);
    expect(runs).toHaveLength(1);
    expectUnbroken(listener.segments);
    expect(seenIn(frames, ...during('nobody'), [0.1, 0.1])).toBe('dark');
    expect(heardIn(sounds, ...during('nobody'))).toBe(0);
    expect(seenIn(frames, ...during('Ada alone'), [0.1, 0.1])).toBe('red');
    expect(seenIn(frames, ...during('Bob comes'), ALONE_BESIDE)).toBe('blue');
    expect(seenIn(frames, ...during('Bob speaks'), LARGE)).toBe('blue');
    expect(seenIn(frames, ...during('Bob speaks'), ALONE_BESIDE)).toBe('red');
    expect(heardIn(sounds, ...during('Ada alone'))).toBeGreaterThan(LOUD);
    expect(heardIn(sounds, ...during('Bob speaks'))).toBeGreaterThan(LOUD * Math.SQRT2);
    expect(seenIn(frames, ...during('Bob shares'), LARGE)).toBe('green');
    expect(seenIn(frames, ...during('Bob shares'), FIRST_BESIDE)).toBe('red');
    expect(seenIn(frames, ...during('Bob shares'), SECOND_BESIDE)).toBe('blue');
    expect(heardIn(sounds, ...during('muted'))).toBeLessThan(0.001);
    expect(seenIn(frames, ...during('muted'), [0.05, 0.3])).toBe('other');
    expect(seenIn(frames, ...during('Ada goes'), [0.05, 0.05])).toBe('other');
    expect(seenIn(frames, ...during('all go'), [0.1, 0.1])).toBe('dark');

    report('one stage', { delays: delaysOf(listener.segments), ...mixer.health.encoder });
  },
);

it('is played by FFmpeg as it stands, key and all', { timeout: TIMEOUT_MS }, async () => {
  const room = await rooms.open();
  const { listener, folder, keys } = room;
  const voice = room.input('voice');
  await rooms.send({
    to: room.port,
    askedBy: room.mixer,
    voice: { source: tone(300), input: voice },
  });
  room.setStage({ people: [person('Ada', undefined, voice)], speaker: null });
  await eventually(() => expect(listener.segments.length).toBeGreaterThan(4), LONG_MS);
  await room.close();
  for (const [uri, key] of keys)
    await writeFile(join(folder, `${uri.split('/').at(-1) ?? ''}.key`), key);
  const found: Record<string, string[]> = {};
  for (const rendition of ['small', 'tiny', 'audio']) {
    const path = join(folder, rendition, 'index.m3u8');
    const text = await readFile(path, 'utf8');
    const local = text.replaceAll(/https:\/\/keys\.example\/(\d+)/g, `${folder}/$1.key`);
    await writeFile(join(folder, rendition, 'local.m3u8'), local);
    const entries = 'stream=codec_name,profile,width,height:format=duration';
    const { stdout } = await execute((await ensureFfmpeg()).replace(/ffmpeg$/, 'ffprobe'), [
      ...['-v', 'error', '-allowed_extensions', 'ALL', '-show_entries', entries, '-of', 'csv=p=0'],
      join(folder, rendition, 'local.m3u8'),
    ]);
    found[rendition] = [...new Set(stdout.split('\n').filter((line) => /^(h264|aac)/.test(line)))];
    expect(Number(stdout.trim().split('\n').at(-1))).toBeGreaterThan(4);
  }

  expect(found).toEqual({
    small: ['h264,Main,640,360', 'aac,LC'],
    tiny: ['h264,Main,320,180', 'aac,LC'],
    audio: ['aac,LC'],
  });
  const master = await readFile(join(folder, 'master.m3u8'), 'utf8');
  expect(master.match(/^[a-z]+\/index\.m3u8$/gm)).toEqual([
    'small/index.m3u8',
    'tiny/index.m3u8',
    'audio/index.m3u8',
  ]);
});

it('begins anew with a stream that takes the place of another', async () => {
  const room = await rooms.open();
  const before = room.input('VP8');
  await rooms.send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('red'), input: before },
  });
  room.setStage({ people: [person('Ada', before)], speaker: null });
  const slot = () => room.mixer.health.slots.find(({ input }) => input === before.id);
  await eventually(() => expect(slot()?.pictures).toBeGreaterThan(3), LONG_MS);

  const after = room.input('VP8');
  await rooms.send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('blue'), input: after },
  });
  const stage = { people: [person('Ada', before)], speaker: null };
  room.mixer.setFeed({ inputs: [{ ...after, id: before.id }], stage });
  const replacedAt = Date.now();
  await eventually(() => expect(slot()?.pictures).toBeGreaterThan(3), LONG_MS);
  await eventually(() => {
    const last = room.listener.segments.at(-1);
    expect(last?.startsAt ?? 0).toBeGreaterThan(replacedAt + 1_000);
  }, LONG_MS);
  await room.close();
  const { frames } = await watchAll(room.listener);

  expect(seenIn(frames, replacedAt + 1_000, Infinity, LARGE)).toBe('blue');
});
