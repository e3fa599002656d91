import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { findFfmpeg } from '../../../server/live/mixer/ffmpeg.ts';
import { MediaPort } from '../../../server/live/mixer/MediaPort.ts';
import { removeStaleWork } from '../../../server/live/mixer/workFolder.ts';
import { eventually } from '../../support/eventually.ts';
import { colourAt, loudnessBetween, type Frame, type Sound } from '../../support/live/analyze.ts';
import type { HeardSegment, Listener } from '../../support/live/Listener.ts';
import { possessions, workFolders } from '../../support/live/possessions.ts';
import { openRoom, person, type RoomOptions } from '../../support/live/room.ts';
import { plain, RtpSender, tone, type Sent } from '../../support/live/RtpSender.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;
/** Until what changes on the stage is to be seen in the stream: a key frame, and a busy machine. */
const SETTLES_MS = 1_500;
/** Where things stand: in the middle of what is large, and of the first and second beside it. */
const LARGE = [0.37, 0.5] as const;
const ALONE_BESIDE = [0.87, 0.44] as const;
const FIRST_BESIDE = [0.87, 0.31] as const;
const SECOND_BESIDE = [0.87, 0.56] as const;

/** A tone of FFmpeg is this loud; less than a decibel below it is what a listener calls the same. */
const LOUD = 0.0884 * 0.9;

const execute = promisify(execFile);
let cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

async function setUp(given: RoomOptions = {}) {
  const room = await openRoom(given);
  cleanUps.push(async () => {
    await room.close();
    await room.remove();
  });
  const listener = room.listen();
  cleanUps.push(() => listener.close());
  return { ...room, listener };
}

async function send(sent: Sent): Promise<RtpSender> {
  const sender = await RtpSender.start(sent);
  cleanUps.push(() => sender.stop());
  return sender;
}

/** Everything that a listener has got, as one stream. */
async function watchAll(listener: Listener) {
  await listener.close();
  const runs = await listener.watch();
  const frames = runs.flatMap((run) => run.frames);
  const sounds = runs.map((run) => run.sound);
  return { runs, frames, sounds };
}

/** What is mostly to be seen at a place: flashes are short, and codecs blur what changes. */
function seenIn(
  frames: readonly Frame[],
  from: number,
  to: number,
  [x, y]: readonly [number, number],
): string | undefined {
  const colours = frames
    .filter(({ at }) => at >= from && at < to)
    .map((frame) => colourAt(frame, x, y));
  const times = (colour: string) => colours.filter((other) => other === colour).length;
  return [...new Set(colours)].sort((a, b) => times(b) - times(a))[0];
}

const heardIn = (sounds: readonly Sound[], from: number, to: number) =>
  Math.max(...sounds.map((sound) => loudnessBetween(sound, from, to)));

function expectUnbroken(segments: readonly HeardSegment[]): void {
  const numbers = segments.map(({ sequence }) => sequence);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  for (const [index, { startsAt, durationSec }] of segments.entries()) {
    const next = segments[index + 1];
    if (!next || next.isDiscontinuous) continue;
    expect(Math.abs(next.startsAt - startsAt - durationSec * 1_000)).toBeLessThan(60);
  }
}

const delaysOf = (segments: readonly HeardSegment[]) =>
  segments.map(({ foundAt, startsAt }) => foundAt - startsAt);

it(
  'mixes a stage on which people come, speak, share, fall silent and go',
  { timeout: TIMEOUT_MS },
  async () => {
    const room = await setUp();
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
    await send({
      to: room.port,
      askedBy: room.mixer,
      picture: { source: plain('red'), input: adaCamera },
      voice: { source: tone(440), input: adaVoice },
    });
    await send({
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
      await send({ to: room.port, askedBy: room.mixer, picture });
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

it('goes on when a decoder and an encoder are killed', { timeout: TIMEOUT_MS }, async () => {
  const room = await setUp();
  const { mixer, listener } = room;
  const [camera, voice] = [room.input('VP8'), room.input('voice')];
  await send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('blue'), input: camera },
    voice: { source: tone(300), input: voice },
  });
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  const slot = () => mixer.health.slots.find(({ input }) => input === camera.id);
  await eventually(() => {
    expect(listener.segments.length).toBeGreaterThan(2);
    expect(slot()?.pictures).toBeGreaterThan(5);
  }, LONG_MS);

  const decoder = slot()?.pid ?? 0;
  const keysBefore = room.keyRequests.length;
  process.kill(decoder, 'SIGKILL');
  await eventually(() => expect(slot()).toMatchObject({ state: 'running', restarts: 1 }), LONG_MS);
  expect(slot()?.pid).not.toBe(decoder);
  expect(room.keyRequests.length).toBeGreaterThan(keysBefore);
  await sleep(1_000);
  expect(mixer.health.encoder.restarts).toBe(0);

  const killedAt = Date.now();
  process.kill(mixer.health.encoder.pid ?? 0, 'SIGKILL');
  const [next] = await eventually(() => {
    const [, ...after] = listener.segments.filter(({ isDiscontinuous }) => isDiscontinuous);
    expect(after).toHaveLength(1);
    return after;
  }, LONG_MS);
  await sleep(2_000);
  await room.close();
  const { runs, frames, sounds } = await watchAll(listener);

  expect(runs).toHaveLength(2);
  expectUnbroken(listener.segments);
  expect(listener.keyUris.size).toBeGreaterThan(1);
  const lastFrom = next?.startsAt ?? 0;
  expect(seenIn(frames, lastFrom + 200, Infinity, LARGE)).toBe('blue');
  expect(heardIn(sounds, lastFrom + 200, lastFrom + 1_200)).toBeGreaterThan(LOUD);
  report('killed', { backAfterMs: (next?.foundAt ?? 0) - killedAt });
});

it(
  'leaves pictures out and no sound when the encoder is too slow',
  { timeout: TIMEOUT_MS },
  async () => {
    const room = await setUp();
    const { mixer, listener } = room;
    const voice = room.input('voice');
    await send({ to: room.port, askedBy: room.mixer, voice: { source: tone(300), input: voice } });
    room.setStage({ people: [person('Ada', undefined, voice)], speaker: null });
    await eventually(() => expect(listener.segments.length).toBeGreaterThan(3), LONG_MS);
    const before = mixer.health.encoder;

    process.kill(before.pid ?? 0, 'SIGSTOP');
    await sleep(4_000);
    expect(mixer.health.encoder.lagMs).toBeGreaterThan(3_000);
    process.kill(before.pid ?? 0, 'SIGCONT');
    await eventually(() => expect(mixer.health.encoder.lagMs).toBeLessThan(2_500), LONG_MS);
    await sleep(1_000);
    await room.close();
    const { runs, sounds } = await watchAll(listener);

    expect(mixer.health.encoder.restarts).toBe(before.restarts);
    expect(mixer.health.encoder.droppedPictures).toBeGreaterThan(50);
    expect(runs).toHaveLength(1);
    const [sound] = sounds;
    const begins = (sound?.startsAt ?? 0) + 4_000;
    for (let at = begins; at < begins + 5_000; at += 100) {
      expect(heardIn(sounds, at, at + 100)).toBeGreaterThan(LOUD);
    }
  },
);

it('replaces an encoder and a decoder that hang', { timeout: TIMEOUT_MS }, async () => {
  const room = await setUp();
  const { mixer, listener } = room;
  const camera = room.input('VP8');
  await send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('blue'), input: camera },
  });
  room.setStage({ people: [person('Ada', camera)], speaker: null });
  const slot = () => mixer.health.slots.find(({ input }) => input === camera.id);
  await eventually(() => {
    expect(listener.segments.length).toBeGreaterThan(2);
    expect(slot()?.pictures).toBeGreaterThan(5);
  }, LONG_MS);
  const hanging = [mixer.health.encoder.pid ?? 0, slot()?.pid ?? 0];

  for (const pid of hanging) process.kill(pid, 'SIGSTOP');
  await eventually(() => {
    expect(slot()).toMatchObject({ state: 'running', restarts: 1 });
    expect(listener.segments.filter(({ isDiscontinuous }) => isDiscontinuous)).toHaveLength(2);
  }, LONG_MS);

  for (const pid of hanging) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('is played by FFmpeg as it stands, key and all', { timeout: TIMEOUT_MS }, async () => {
  const room = await setUp();
  const { listener, folder, keys } = room;
  const voice = room.input('voice');
  await send({ to: room.port, askedBy: room.mixer, voice: { source: tone(300), input: voice } });
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

it('leaves nothing behind, whenever it is closed', { timeout: TIMEOUT_MS }, async () => {
  const before = await possessions();
  const room = await openRoom();
  const { mixer, port, output } = room;
  const [camera, voice] = [room.input('VP8'), room.input('voice')];
  await send({ to: port, askedBy: mixer, picture: { source: plain('blue'), input: camera } });
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  await eventually(() => {
    expect(mixer.health.slots.some(({ pid }) => pid !== null)).toBe(true);
    expect(output.published).toBeGreaterThan(0);
  }, LONG_MS);
  room.input('voice');
  room.setStage({ people: [], speaker: null });
  await room.close();
  await room.close();
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  const early = await openRoom();
  await early.close();
  await Promise.all([room.remove(), early.remove()]);
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();

  const again = await MediaPort.open(port.ip, { min: port.port, max: port.port });
  await again.close();
  await eventually(async () => expect(await possessions()).toEqual(before), LONG_MS);
  expect(await removeStaleWork()).toEqual({ removed: 0, left: [] });
});

it('starts nothing where it cannot write', async () => {
  const before = await possessions();
  const file = join(tmpdir(), `parley-live-file-${process.pid}`);
  await writeFile(file, '');
  cleanUps.push(() => execute('rm', [file]).then(() => undefined));

  await expect(openRoom({ folder: join(file, 'room') })).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(await workFolders()).toEqual(before.folders);
});

it('knows whether an FFmpeg will do', async () => {
  const found = await findFfmpeg(await ensureFfmpeg());
  expect(found.version).toMatch(/^\S+$/);

  for (const wrong of ['/nowhere/ffmpeg', process.execPath]) {
    await expect(findFfmpeg(wrong)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

it('takes one port, the one before if it can, and says so when all are taken', async () => {
  const range = { min: 46_990, max: 46_992 };
  const open = [await MediaPort.open('127.0.0.1', range, 46_992)];
  open.push(await MediaPort.open('127.0.0.1', range, 46_992));
  open.push(await MediaPort.open('127.0.0.1', range));

  expect(open.map(({ port }) => port)).toEqual([46_992, 46_990, 46_991]);
  await expect(MediaPort.open('127.0.0.1', range)).rejects.toMatchObject({ code: 'NO_CAPACITY' });
  await open[1]?.close();
  const again = await MediaPort.open('127.0.0.1', range, 46_990);
  expect(again.port).toBe(46_990);
  await Promise.all([...open, again].map((port) => port.close()));
});

it('begins anew with a stream that takes the place of another', async () => {
  const room = await setUp();
  const before = room.input('VP8');
  await send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('red'), input: before },
  });
  room.setStage({ people: [person('Ada', before)], speaker: null });
  const slot = () => room.mixer.health.slots.find(({ input }) => input === before.id);
  await eventually(() => expect(slot()?.pictures).toBeGreaterThan(3), LONG_MS);

  const after = room.input('VP8');
  await send({
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

/** Figures for those who ask for them. */
function report(title: string, figures: object): void {
  if (process.env['PARLEY_FIGURES']) process.stderr.write(`${title} ${JSON.stringify(figures)}\n`);
}
