import { createDecipheriv } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/people.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import {
  enterPin,
  seesAndHears,
  shareOfTimePlayed,
  SMALL_ROOM,
  watched,
} from './support/liveListening.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { viewport: { width: 375, height: 720 }, permissions: [] };
/** The first byte of each of an MPEG transport stream's packets, and how long they are. */
const TS = { sync: 0x47, packetBytes: 188 };
const NEW_PIN = 'open sesame';

/** A new key every 6 s. */
const ROOM = { ...SMALL_ROOM, PARLEY_LIVE_SEGMENTS_PER_KEY: '3' };

describe('a live room', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let listener: Visitor;
  let meeting: string;
  let room: string;
  let pin: string;

  beforeAll(async () => {
    server = await startTestServer({ ...SMALL_PICTURES, ...ROOM });
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    alan = await Visitor.open(browser, server.url);
    listener = await Visitor.open(browser, server.url, PHONE);
    await ada.signUp('Ada Lovelace');
    meeting = await ada.startMeeting();
    await alan.joinAsGuest(meeting, 'Alan Turing');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const panel = () => ada.page.getByTestId('go-live');
  const roomState = (state: string) =>
    panel().locator(`[data-testid="live-state"][data-state="${state}"]`);

  /** Whether listeners, and only they, get what is behind an address. */
  async function fetchBytes(path: string, token?: string) {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(path, server.url), { headers });
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  async function playlist(): Promise<Buffer> {
    const { status, bytes } = await fetchBytes(`${room}/hls/360p/index.m3u8`);
    expect(status).toBe(200);
    return bytes;
  }

  /** How often it was broken off so far. */
  async function breaks(): Promise<number> {
    const text = (await playlist()).toString();
    const passed = /^#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)$/m.exec(text)?.[1];
    return Number(passed) + [...text.matchAll(/^#EXT-X-DISCONTINUITY$/gm)].length;
  }

  /** What the host is told of how it goes. */
  const figure = (name: string) =>
    panel()
      .getByTestId('live-health')
      .locator('div', { hasText: name })
      .locator('dd')
      .textContent();

  /** What the listener's page has been given. */
  const listenersToken = () =>
    listener.page.evaluate(
      (name) => (JSON.parse(sessionStorage.getItem(name) ?? '{}') as { token: string }).token,
      `parley.live.${room.replace('/live/', '')}`,
    );

  /** The newest segment of a playlist that anybody may read, and where its key is. */
  async function newestSegment() {
    const lines = (await playlist()).toString().split('\n');
    const key = lines.flatMap((line) => /^#EXT-X-KEY:.*URI="([^"]+)"/.exec(line)?.[1] ?? []).at(-1);
    const name = lines.filter((line) => line.endsWith('.ts')).at(-1);
    if (key === undefined || name === undefined)
      throw new Error(`no segment in ${lines.join('\n')}`);
    return { key, sequence: Number.parseInt(name, 10), path: `${room}/hls/360p/${name}` };
  }

  it('is made in the meeting, with a link and a PIN', async () => {
    await ada.button('Host tools').click();
    await panel().getByTestId('live-create').click();
    pin = (await panel().getByTestId('live-own-pin').textContent()) ?? '';
    expect(pin).toMatch(/^\d{6}$/);
    const link = await panel().getByRole('link').getAttribute('href');
    room = new URL(link ?? '').pathname;
    await roomState('created').waitFor();
  });

  it('asks who listens for the PIN, on a phone, and says that one is wrong', async () => {
    const { page } = listener;
    await page.goto(room);
    await page.getByTestId('live-pin').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    await enterPin(page, '0000');
    await page.locator('.field-error', { hasText: 'That is not the PIN' }).waitFor();
    await enterPin(page, pin);
    await page.getByText('Not begun yet').waitFor();
  });

  it('begins on the page that waits, in pictures and sound', async () => {
    await panel().getByTestId('live-start').click();
    await seesAndHears(listener.page);
    await roomState('on-air').waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await listener.page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(listener.page)).toEqual([]);
    }
    expect(await horizontalOverflow(listener.page)).toBeLessThanOrEqual(0);
  });

  it('is told to everybody in the meeting, also to those who come later', async () => {
    await alan.page.getByTestId('on-air').waitFor();
    const grace = await Visitor.open(browser, server.url);
    await grace.comeTo(meeting, 'Grace Hopper');
    await grace.page.getByTestId('door-broadcast').getByText('This meeting is on air').waitFor();
    expect(await accessibilityViolations(grace.page)).toEqual([]);
    await grace.enter();
    await grace.page.getByTestId('on-air').waitFor();
    const said = grace.page.getByRole('status').filter({ hasText: 'This meeting is on air' });
    await said.waitFor({ state: 'attached' });
    await grace.close();
  });

  it('tells its host how it goes', async () => {
    const health = panel().getByTestId('live-health');
    await health.getByText('Running').waitFor();
    await eventually(async () => expect(await figure('Listeners')).toBe('1'));
    await panel().getByRole('button', { name: 'Show what listeners see' }).click();
    const preview = panel().getByTestId('live-preview');
    await eventually(async () => {
      const width = await preview.evaluate((video: HTMLVideoElement) => video.videoWidth);
      expect(width).toBeGreaterThan(0);
    }, 20_000);
    expect(await accessibilityViolations(ada.page)).toEqual([]);
    await panel().getByRole('button', { name: 'Hide the preview' }).click();
  });

  it('is among the rooms of its host, wherever they are signed in', async () => {
    const elsewhere = await ada.onOtherDevice(browser, server.url);
    await elsewhere.page.goto('/live');
    const card = elsewhere.page.getByTestId(`live-room-${room.replace('/live/', '')}`);
    await card.locator('[data-testid="live-state"][data-state="on-air"]').waitFor();
    expect(await card.getByRole('link', { name: /^Open meeting/ }).getAttribute('href')).toBe(
      meeting,
    );
    expect(await accessibilityViolations(elsewhere.page)).toEqual([]);
    await elsewhere.close();
  });

  it('says that it is recorded, too, to whoever is there and to whoever is about to join', async () => {
    const token = await ada.page.evaluate(() => localStorage.getItem('parley.token') ?? '');
    const { recording } = await call(server, 'startRecording', {
      ...{ token, body: {}, params: { idOrCode: meeting.replace('/m/', '') } },
    });
    await alan.page.getByTestId('recording').waitFor({ timeout: 30_000 });
    await alan.page.getByText('This meeting is being recorded.').first().waitFor();
    const grace = await Visitor.open(browser, server.url);
    await grace.comeTo(meeting, 'Grace Hopper');
    await grace.page.getByTestId('door-broadcast').getByText('being recorded').waitFor();
    await grace.close();
    await call(server, 'stopRecording', { token, params: { recordingId: recording.id } });
    await alan.page.getByTestId('recording').waitFor({ state: 'detached', timeout: 30_000 });
    await alan.page.getByTestId('on-air').waitFor();
  });

  it('is sent on to an address whose key is not shown again', async () => {
    const pushes = panel().getByTestId('live-pushes');
    await pushes.getByText('Send it on').click();
    await pushes.getByText('It goes nowhere else.').waitFor();
    await pushes.getByTestId('live-push-url').fill('http://127.0.0.1:9/live/a-secret');
    await pushes.getByRole('button', { name: 'Add address' }).click();
    await pushes.locator('.field-error').waitFor();
    // Nobody listens there.
    await pushes.getByTestId('live-push-url').fill('rtmp://127.0.0.1:9/live/a-secret');
    await pushes.getByRole('button', { name: 'Add address' }).click();
    await pushes.locator('[data-state="failed"]').waitFor({ timeout: 30_000 });
    expect(await pushes.textContent()).not.toContain('a-secret');
    expect(await accessibilityViolations(ada.page)).toEqual([]);
    await pushes.getByRole('button', { name: /^Send it there no more/ }).click();
    await pushes.getByText('It goes nowhere else.').waitFor();
    await pushes.getByText('Send it on').click();
  });

  it('gives neither keys nor anything in the clear to whoever has no PIN', async () => {
    const { key, path, sequence } = await newestSegment();
    const { status, bytes } = await fetchBytes(path);
    expect(status).toBe(200);
    expect(isTransportStream(bytes)).toBe(false);
    expect((await fetchBytes(key)).status).toBe(401);
    expect((await fetchBytes(key, 'made-up')).status).toBe(401);
    const opened = await fetchBytes(key, await listenersToken());
    expect(opened.status).toBe(200);
    expect(isTransportStream(decrypt(bytes, opened.bytes, sequence))).toBe(true);
  });

  it('goes on while people come and go, and turn their cameras off and on', async () => {
    const grace = await Visitor.open(browser, server.url);
    const breaksBefore = await breaks();
    const played = await shareOfTimePlayed(listener.page, async () => {
      await grace.joinAsGuest(meeting, 'Grace Hopper');
      await alan.button('Turn off camera').click();
      await alan.button('Turn on camera').click();
      await alan.button('Turn off camera').waitFor();
      await grace.button('Leave').click();
      await grace.page.getByTestId('meeting-over').waitFor();
    });
    await grace.close();
    // A stall is as long as a segment; on a busy machine all of it may be a little slower.
    expect(played).toBeGreaterThan(0.75);
    expect(await breaks()).toBe(breaksBefore);
    expect(await figure('Restarts')).toBe('0');
    await seesAndHears(listener.page);
  });

  it('can be listened to without the picture, and with it again', async () => {
    const { page } = listener;
    const choose = async (name: string) => {
      await page.getByTestId('live-quality').click();
      await page.getByRole('button', { name, exact: true }).click();
    };
    await choose('Sound only');
    await eventually(async () => {
      const { width, state, currentTime } = await watched(page);
      expect({ width, state }).toEqual({ width: 0, state: 'playing' });
      expect(currentTime).toBeGreaterThan(0);
    }, 20_000);
    await choose('360p');
    await seesAndHears(page);
  });

  it('takes back what it was entered with when the PIN changes, and lets in with the new one', async () => {
    await panel()
      .getByRole('button', { name: /^Change PIN/ })
      .click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByTestId('live-changed-pin').fill(NEW_PIN);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await listener.page.getByText('The PIN is needed once more').waitFor({ timeout: 30_000 });
    await enterPin(listener.page, pin);
    await listener.page.locator('.field-error', { hasText: 'That is not the PIN' }).waitFor();
    await enterPin(listener.page, NEW_PIN);
    await seesAndHears(listener.page);
  });

  it('goes on after a reload, without the PIN', async () => {
    await listener.page.reload();
    await listener.page.getByTestId('live-player').waitFor();
    await eventually(async () => {
      expect((await watched(listener.page)).frames).toBeGreaterThan(10);
    }, 20_000);
  });

  it('is over when its host stops it, and begins again at the same address', async () => {
    await panel().getByTestId('live-stop').click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Go off air' }).click();
    await listener.page.getByText('It is over').waitFor({ timeout: 30_000 });
    await alan.page.getByTestId('on-air').waitFor({ state: 'detached' });
    await roomState('stopped').waitFor();
    await panel().getByTestId('live-start').click();
    await listener.page.getByTestId('live-player').waitFor({ timeout: 40_000 });
    await eventually(async () => {
      expect((await watched(listener.page)).frames).toBeGreaterThan(10);
    }, 20_000);
  });

  it('is removed while it is on air, and nothing of it is left', async () => {
    const { key, path } = await newestSegment();
    const token = await listenersToken();
    await panel()
      .getByRole('button', { name: /^Remove/ })
      .click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await listener.page.getByText('This room is gone').waitFor({ timeout: 30_000 });
    await alan.page.getByTestId('on-air').waitFor({ state: 'detached', timeout: 30_000 });
    await panel().getByTestId('live-create').waitFor({ timeout: 30_000 });
    expect((await fetchBytes(key, token)).status).toBe(404);
    expect((await fetchBytes(path)).status).toBe(404);
    await listener.page.reload();
    await listener.page.getByText('There is no such room').waitFor();
    for (const { complaints } of [ada, alan]) expect(complaints).toEqual([]);
  });
});

function isTransportStream(bytes: Buffer): boolean {
  return bytes[0] === TS.sync && bytes[TS.packetBytes] === TS.sync;
}

function decrypt(bytes: Buffer, key: Buffer, sequence: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(sequence), 8);
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}
