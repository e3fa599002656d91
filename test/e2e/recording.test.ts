import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureFfmpeg } from '../../provision/ensureFfmpeg.ts';
import type { RouteResponse } from '../../protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { soundIn } from '../support/live/analyze.ts';
import { probe } from '../support/live/probe.ts';
import { call } from '../support/people.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const MIXING = {
  PARLEY_LIVE_MIXERS: '1',
  PARLEY_LIVE_RENDITIONS: '360p,audio',
  PARLEY_LIVE_FRAMES_PER_SECOND: '12',
};
const PATIENCE_MS = 40_000;
/** Chromium's fake microphones beep once a second. */
const LOUD = 1_000;

let server: TestServer;
let browser: Browser;
let ada: Visitor;
let alan: Visitor;
let token: string;
let folder: string;
let opened: RouteResponse<'openRecording'>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-recorded-'));
  server = await startTestServer({ ...SMALL_PICTURES, ...MIXING });
  browser = await launchBrowser();
  ada = await Visitor.open(browser, server.url);
  alan = await Visitor.open(browser, server.url);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function download(url: string, name: string): Promise<{ path: string; content: Buffer }> {
  const answer = await fetch(`${server.url}${url}`);
  expect(answer.status).toBe(200);
  const content = Buffer.from(await answer.arrayBuffer());
  const path = join(folder, name);
  await writeFile(path, content);
  return { path, content };
}

/** The loudest sample. */
async function loudness(content: Buffer): Promise<number> {
  const { samples } = await soundIn(await ensureFfmpeg(), content, 0);
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test('everybody sees that a meeting is recorded, and what they said is in it', async () => {
  const asked = ada.page.waitForRequest((request) => 'authorization' in request.headers());
  await ada.signUp('Ada Lovelace');
  token = ((await asked).headers()['authorization'] ?? '').replace('Bearer ', '');
  const path = await ada.startMeeting();
  await alan.joinAsGuest(path, 'Alan Turing');
  await ada.seesAndHears([await alan.participantId()]);
  const meeting = path.split('/').at(-1) ?? '';
  const { recording } = await eventually(
    () =>
      call(server, 'startRecording', {
        ...{ token, params: { idOrCode: meeting }, body: { tracks: true } },
      }),
    PATIENCE_MS,
  );
  for (const { page } of [ada, alan]) await page.getByTestId('recording').waitFor();
  await pause(4_000);
  // What is muted for a moment is the same track.
  await alan.button('Turn off microphone').click();
  await pause(2_000);
  await alan.button('Turn on microphone').click();
  await pause(4_000);
  const params = { recordingId: recording.id };
  await call(server, 'stopRecording', { token, params });
  await alan.page.getByTestId('recording').waitFor({ state: 'detached' });
  opened = await eventually(() => call(server, 'openRecording', { token, params }), PATIENCE_MS);
  expect(opened.recording.durationMs).toBeGreaterThan(9_000);
}, 120_000);

test('the composite has picture and sound of one length', async () => {
  const file = opened.files.find(({ kind }) => kind === 'composite');
  const { path, content } = await download(file?.downloadUrl ?? '', 'composite.mp4');
  const { streams, durationSec } = await probe(path);
  expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
  expect(Math.abs((durationSec ?? 0) * 1_000 - (file?.durationMs ?? 0))).toBeLessThan(1_000);
  expect(await loudness(content)).toBeGreaterThan(LOUD);
});

test('everybody’s microphone and camera is a track in its time', async () => {
  const tracks = opened.files.filter(({ kind }) => kind === 'track');
  const names = tracks.map(({ participant, source }) => `${participant} ${source}`).sort();
  expect(names).toEqual([
    ...['Ada Lovelace camera', 'Ada Lovelace microphone'],
    ...['Alan Turing camera', 'Alan Turing microphone'],
  ]);
  for (const { downloadUrl, name, source, durationMs, offsetMs } of tracks) {
    const { path, content } = await download(downloadUrl, name);
    const { streams, durationSec } = await probe(path);
    expect(streams.map(({ codec }) => codec)).toEqual([source === 'camera' ? 'vp8' : 'opus']);
    expect(Math.abs((durationSec ?? 0) * 1_000 - (durationMs ?? 0))).toBeLessThan(1_000);
    expect(durationMs).toBeGreaterThan(8_000);
    expect(offsetMs).toBeGreaterThanOrEqual(0);
    if (source === 'microphone') expect(await loudness(content)).toBeGreaterThan(LOUD);
  }
});

test('a browser plays it, and goes to any moment of it', async () => {
  const file = opened.files.find(({ kind }) => kind === 'composite');
  await ada.page.goto('/');
  const played = await ada.page.evaluate(async (url) => {
    const video = document.createElement('video');
    video.muted = true;
    video.src = url;
    document.body.append(video);
    const next = (event: string) =>
      new Promise((resolve, reject) => {
        video.addEventListener(event, resolve, { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message)));
      });
    await next('loadedmetadata');
    const { duration, videoWidth } = video;
    video.currentTime = duration - 2;
    await next('seeked');
    await video.play();
    await next('ended');
    return { duration, videoWidth, currentTime: video.currentTime };
  }, file?.url ?? '');
  expect(played.videoWidth).toBe(640);
  expect(played.duration).toBeGreaterThan(9);
  expect(played.currentTime).toBeGreaterThan(played.duration - 0.5);
  expect([...ada.complaints, ...alan.complaints]).toEqual([]);
});
