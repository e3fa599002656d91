import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import type { MixInput } from '../../../server/live/mixer/feed.ts';
import { readIndex, segmentName } from '../../../server/live/recording/compositeIndex.ts';
import { joinComposite } from '../../../server/live/recording/joinComposite.ts';
import { readManifest, type RecordedTrack } from '../../../server/live/recording/trackManifest.ts';
import { eventually } from '../../support/eventually.ts';
import { extent } from '../../support/extent.ts';
import {
  analyze,
  beepsIn,
  flashesIn,
  picturesIn,
  median,
  soundIn,
  stepsBetween,
} from '../../support/live/analyze.ts';
import { probe } from '../../support/live/probe.ts';
import { createInput, person } from '../../support/live/room.ts';
import type { OpenedMixer } from '../../support/live/roomMixer.ts';
import { BEEPING, FLASHING, RtpSender } from '../../support/live/RtpSender.ts';
import { useMixers } from '../../support/live/useMixers.ts';
import { report } from '../../support/live/watching.ts';

const TIMEOUT_MS = 180_000;
const LONG_MS = 40_000;
/** What nobody notices. */
const MAX_STEP_MS = 80;

const { open, afterwards } = useMixers();

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-recording-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function setUp(given: Parameters<typeof open>[0]) {
  const opened = await open({ publish: false, ...given });
  const done: string[] = [];
  opened.mixer.on('recorded', ({ folder }) => done.push(folder));
  return { ...opened, done };
}

/** Somebody who flashes and beeps at once. */
async function flashAndBeep({ mixer, rtp }: OpenedMixer, kind: MixInput['kind'] = 'VP8') {
  const [to] = await eventually(() => {
    expect(rtp).toHaveLength(1);
    return rtp;
  }, LONG_MS);
  if (!to) throw new Error('There is no port.');
  const [camera, voice] = [createInput(kind), createInput('voice')];
  const sender = await RtpSender.start({
    ...{ to, askedBy: mixer },
    picture: { source: FLASHING, input: camera },
    voice: { source: BEEPING, input: voice },
  });
  afterwards(() => sender.stop());
  return { camera, voice, sender };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('joins what was recorded, over a mixer that was killed', { timeout: TIMEOUT_MS }, async () => {
  const folder = await temporaryFolder();
  const room = await setUp({ renditions: ['360p'], record: { folder } });
  const { mixer, done } = room;
  const { camera, voice } = await flashAndBeep(room);
  const people = [person('Ada', camera, voice)];
  mixer.setFeed({ inputs: [camera, voice], stage: { people, speaker: null } });
  const recorded = async (count: number) => {
    await eventually(async () => {
      expect((await readIndex(folder)).segments.length).toBeGreaterThanOrEqual(count);
    }, LONG_MS);
  };
  await recorded((await readIndex(folder)).segments.length + 8);
  expect(mixer.health.state).toBe('running');
  process.kill(mixer.pid ?? 0, 'SIGKILL');
  // What was written by then can be played.
  const before = (await readIndex(folder)).segments;
  const early = await joinComposite({
    ...{ ffmpeg: await ensureFfmpeg(), folder, target: join(folder, 'early.mp4') },
  });
  expect((await probe(join(folder, 'early.mp4'))).durationSec).toBeCloseTo(early.durationSec, 0);
  await recorded(before.length + 6);
  mixer.setRecord(null);
  const stoppedAt = Date.now();
  await eventually(() => expect(done).toEqual([folder]), LONG_MS);

  const { segments, until } = await readIndex(folder);
  const target = join(folder, 'whole.mp4');
  const shares: number[] = [];
  const options = {
    ...{ ffmpeg: await ensureFfmpeg(), folder, target },
    onProgress: (share: number) => shares.push(share),
  };
  const joined = await joinComposite(options);
  const { durationSec, streams } = await probe(target);
  const file = await readFile(target);
  const { frames, sound } = await analyze(await ensureFfmpeg(), file, 0);
  const steps = stepsBetween(flashesIn(frames, 0.1, 0.1), beepsIn(sound));

  const breaks = segments.filter(({ discontinuous }) => discontinuous);
  expect(breaks).toHaveLength(2);
  expect(Math.abs((until ?? 0) - stoppedAt)).toBeLessThan(500);
  const [first, again] = breaks;
  const [lastBefore] = segments
    .filter(({ startsAt }) => startsAt < (again?.startsAt ?? 0))
    .slice(-1);
  const goneMs = (again?.startsAt ?? 0) - endOf(lastBefore);
  const wallSec = ((until ?? 0) - (first?.startsAt ?? 0) - goneMs) / 1_000;
  expect(Math.abs(joined.durationSec - wallSec)).toBeLessThan(0.5);
  expect(Math.abs((durationSec ?? 0) - joined.durationSec)).toBeLessThan(0.2);
  expect(streams.map(({ codec }) => codec)).toEqual(['h264', 'aac']);
  // On both sides of the break, but for the moment before its first key frame.
  expect(steps.length).toBeGreaterThan(4);
  // A machine that does much else lets some pictures come late.
  expect(Math.abs(median(steps))).toBeLessThan(MAX_STEP_MS);
  expect(shares.at(-1)).toBe(1);
  expect(await joinComposite(options)).toEqual(joined);
  expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));
  for (const { sequence } of segments) {
    expect((await probe(join(folder, segmentName(sequence)))).streams).toHaveLength(2);
  }
  report('composite', { steps, durationSec, wallSec });
});

it('has nothing to join where nothing was recorded', async () => {
  const folder = await temporaryFolder();
  await expect(
    joinComposite({ ffmpeg: 'ffmpeg', folder, target: join(folder, 'whole.mp4') }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it.each(extent<('VP8' | 'H264')[]>(['VP8', 'H264'], ['H264']))(
  'copies tracks as they come, in %s, over a mixer that was killed',
  { timeout: TIMEOUT_MS },
  async (kind) => {
    const folder = await temporaryFolder();
    const room = await setUp({ renditions: [], recordTracks: { folder } });
    const { mixer, done } = room;
    const { camera, voice, sender } = await flashAndBeep(room, kind);
    const about = { participantId: 'ada-1', name: 'Ada' };
    const tracks = [
      { inputId: camera.id, source: 'camera', ...about },
      { inputId: voice.id, source: 'microphone', ...about },
    ];
    const stage = { people: [], speaker: null };
    mixer.setFeed({ inputs: [camera, voice], stage, tracks });
    const recorded = (count: number, seconds: number) =>
      eventually(async () => {
        const all = (await readManifest(folder)).tracks;
        expect(all.length).toBe(count);
        for (const one of all.slice(-2)) expect(one.durationSec).toBeGreaterThan(seconds);
        return all;
      }, LONG_MS);
    await recorded(2, 3);
    // Nothing comes for a while, and what comes then is of then.
    sender.mute(voice.ssrc, true);
    await pause(2_500);
    sender.mute(voice.ssrc, false);
    await recorded(2, 9);
    const killedAt = Date.now();
    process.kill(mixer.pid ?? 0, 'SIGKILL');
    await recorded(4, 4);
    mixer.setFeed({ inputs: [camera, voice], stage, tracks: [] });
    const endedAt = Date.now();
    mixer.setRecordTracks(null);
    await eventually(() => expect(done).toEqual([folder]), LONG_MS);
    const { tracks: all } = await readManifest(folder);

    expect(all.map(({ isFinished }) => isFinished)).toEqual([false, false, true, true]);
    const codec = kind === 'VP8' ? 'vp8' : 'h264';
    expect(new Set(all.map((track) => track.codec))).toEqual(new Set([codec, 'opus']));
    for (const [index, track] of all.entries()) {
      const { durationSec, streams } = await probe(join(folder, track.file));
      expect(Math.abs((durationSec ?? 0) - track.durationSec)).toBeLessThan(0.5);
      const endsAt = track.startsAt + track.durationSec * 1_000;
      // A killed one is told of a little late.
      const [within, end] = index < 2 ? [2_500, killedAt] : [500, endedAt];
      expect(Math.abs(endsAt - end)).toBeLessThan(within);
      expect(track).toMatchObject({ ...about, inputId: track.inputId });
      if (track.kind === 'video')
        expect(streams).toMatchObject([{ codec, width: 640, height: 360 }]);
    }
    for (const part of [all.slice(0, 2), all.slice(2)]) {
      const steps = await stepsOf(folder, part);
      report(`tracks in ${kind}`, { steps });
      expect(steps.length).toBeGreaterThan(2);
      expect(Math.abs(median(steps))).toBeLessThan(MAX_STEP_MS);
    }
  },
);

/** How much later beeps are than flashes, where the manifest places them. */
async function stepsOf(folder: string, tracks: readonly RecordedTrack[]): Promise<number[]> {
  const of = (kind: string) => tracks.find((track) => track.kind === kind);
  const [camera, voice] = [of('video'), of('audio')];
  if (!camera || !voice) throw new Error('There are not both.');
  const ffmpeg = await ensureFfmpeg();
  const read = ({ file }: RecordedTrack) => readFile(join(folder, file));
  const frames = await picturesIn(ffmpeg, await read(camera), camera.startsAt);
  const sound = await soundIn(ffmpeg, await read(voice), voice.startsAt);
  return stepsBetween(flashesIn(frames, 0.1, 0.1), beepsIn(sound));
}

function endOf(segment: { startsAt: number; durationSec: number } | undefined): number {
  return (segment?.startsAt ?? 0) + (segment?.durationSec ?? 0) * 1_000;
}
