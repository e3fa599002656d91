import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { ask, createRoom, enter, ROOM_PIN } from '../../support/live/airing.ts';
import { Listener } from '../../support/live/Listener.ts';
import { expectUnbroken } from '../../support/live/watching.ts';
import type { Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { enterPin, watched } from '../support/liveListening.ts';
import { BLUE, GREEN, paintDevices, RED, sharedAt, speak } from '../support/paintedDevices.ts';
import {
  paintedBetween,
  stageSeen,
  stampAt,
  toneHeard,
  watchStage,
  type LargePicture,
} from '../support/stageWatch.ts';
import { launchBrowser, SMOOTH, Visitor } from '../support/Visitor.ts';

const ROOM = 'stage';
const FRAMES_PER_SECOND = 12;
/** One camera layer as large as it is painted, and one rendition: what is asked is when, and not how sharp. */
const ENV = {
  PARLEY_MEDIA_CAMERA_LAYERS: JSON.stringify([
    { scaleResolutionDownBy: 1, maxBitrate: 400_000, maxFramerate: FRAMES_PER_SECOND },
  ]),
  PARLEY_LIVE_MIXERS: '1',
  PARLEY_LIVE_RENDITIONS: '360p',
  PARLEY_LIVE_FRAMES_PER_SECOND: String(FRAMES_PER_SECOND),
  PARLEY_LIVE_SEGMENT_SEC: '1',
};
const TONES = { ada: 440, alan: 1_000 };
/** How near a tone is heard to the one that was sent, in hertz. */
const NEAR = 40;
/** From the stage to the eye of a listener, on a machine that does much else. */
const PATIENCE_MS = 40_000;
/** A screen has to be there by then, in the time of the stream. */
const SCREEN_WITHIN_MS = 3_000;
/** An eye takes so long a pause for a stutter. */
const STUTTER_MS = 500;
/** From the end of a segment until it can be had; players stay three segments behind. */
const MAX_LATE_MS = 3_000;

describe('who listens to a live room', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let listener: Visitor;
  let meeting: string;

  beforeAll(async () => {
    server = await startTestServer(ENV);
    browser = await launchBrowser(SMOOTH);
    ada = await Visitor.open(browser, server.url);
    alan = await Visitor.open(browser, server.url);
    listener = await Visitor.open(browser, server.url, { permissions: [] });
    await paintDevices(ada, { camera: RED, screen: GREEN, hertz: TONES.ada });
    await paintDevices(alan, { camera: BLUE, screen: GREEN, hertz: TONES.alan });
    await ada.signUp('Ada Lovelace');
    meeting = await ada.startMeeting();
    await alan.joinAsGuest(meeting, 'Alan Turing');
    const token = await ada.page.evaluate(() => localStorage.getItem('parley.token') ?? '');
    const host: Person = { token, userId: '', name: 'Ada Lovelace' };
    await createRoom(server, host, ROOM, meeting.replace('/m/', ''));
    await eventually(() => ask(server, host, 'startLiveRoom', ROOM), PATIENCE_MS);
    await listener.page.goto(`/live/${ROOM}`);
    await enterPin(listener.page, ROOM_PIN);
    await listener.page.getByTestId('live-player').waitFor({ timeout: PATIENCE_MS });
    await watchStage(listener.page);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Waits until a second of pictures in a row has one colour. */
  async function seesLarge(colour: LargePicture['colour']): Promise<void> {
    await eventually(
      async () => {
        const last = (await stageSeen(listener.page)).slice(-FRAMES_PER_SECOND);
        expect(last.map((one) => one.colour)).toEqual(last.map(() => colour));
        expect(last).toHaveLength(FRAMES_PER_SECOND);
      },
      PATIENCE_MS,
      200,
    );
  }

  async function hears(hertz: number): Promise<void> {
    await eventually(async () => {
      const heard = await toneHeard(listener.page);
      expect(Math.abs((heard ?? 0) - hertz)).toBeLessThan(NEAR);
    }, PATIENCE_MS);
  }

  it('sees and hears whoever speaks, large, and the next one when that changes', async () => {
    await speak(ada, true);
    await seesLarge('red');
    await hears(TONES.ada);
    for (const [speaker, other, colour, tone] of [
      [alan, ada, 'blue', TONES.alan],
      [ada, alan, 'red', TONES.ada],
    ] as const) {
      await speak(other, false);
      await speak(speaker, true);
      await seesLarge(colour);
      await hears(tone);
    }
  }, 180_000);

  it('sees a screen at most 3 s of the stream after it is shared', async ({ annotate }) => {
    await seesLarge('red');
    const known = (await stageSeen(listener.page)).length;
    await alan.button('Share screen').click();
    await seesLarge('green');
    const chosen = stampAt(await sharedAt(alan));
    const seen = (await stageSeen(listener.page)).slice(known);
    const first = seen.findIndex(({ colour }) => colour === 'green');
    // The stream's own time: that of the camera that was large before, and what was played since.
    const before = seen.slice(0, first).findLast(({ stamp }) => stamp !== null);
    const shown = seen[first];
    const playedSec = (shown?.mediaTime ?? NaN) - (before?.mediaTime ?? NaN);
    const tookMs = paintedBetween(chosen, before?.stamp ?? NaN) + playedSec * 1_000;
    const paintedMs = paintedBetween(chosen, shown?.stamp ?? chosen);
    await annotate(
      `it is there ${Math.round(tookMs)} ms after it was shared, as of ${paintedMs} ms`,
    );
    expect(tookMs).toBeLessThanOrEqual(SCREEN_WITHIN_MS);
    expect(paintedMs).toBeLessThanOrEqual(SCREEN_WITHIN_MS);
    await alan.button('Stop sharing').click();
    await seesLarge('red');
  }, 180_000);

  it('notices no stall while people come, go, are muted and change cameras', async ({
    annotate,
  }) => {
    const token = await enter(server, ROOM);
    const bytes = async (path: string, headers = {}) => {
      const answer = await fetch(`${server.url}${path}`, { headers });
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    };
    // Beside the page: what is published, and when, whatever the browser has time for.
    const published = new Listener(
      (name) => bytes(`/live/${ROOM}/hls/360p/${name}`),
      (uri) => bytes(new URL(uri, server.url).pathname, { authorization: `Bearer ${token}` }),
    );
    const known = (await stageSeen(listener.page)).length;
    const began = await watched(listener.page);

    const grace = await Visitor.open(browser, server.url);
    await grace.joinAsGuest(meeting, 'Grace Hopper');
    await alan.button('Turn off microphone').click();
    await alan.button('Turn on microphone').click();
    await alan.button('Turn off camera').click();
    await alan.button('Turn on camera').click();
    await alan.button('Turn off camera').waitFor();
    await changeCamera(alan);
    await grace.button('Leave').click();
    await grace.page.getByTestId('meeting-over').waitFor();
    await grace.close();
    // All of that is to be in what was seen.
    const doneAt = stampAt(Date.now());
    await eventually(
      async () => {
        const last = (await stageSeen(listener.page)).findLast(({ stamp }) => stamp !== null);
        expect(paintedBetween(doneAt, last?.stamp ?? NaN)).toBeGreaterThan(0);
      },
      PATIENCE_MS,
      200,
    );
    await published.close();

    // The output: every segment in its place and in time, and every picture of it.
    const { segments } = published;
    expect(segments.length).toBeGreaterThan(5);
    expectUnbroken(segments);
    expect(segments.slice(1).filter(({ isDiscontinuous }) => isDiscontinuous)).toEqual([]);
    // What was there when it began to look is as old as it is.
    const lateMs = segments
      .filter(({ foundAt }) => foundAt > (segments[0]?.foundAt ?? 0))
      .map(({ foundAt, startsAt, durationSec }) => foundAt - startsAt - durationSec * 1_000);
    expect(Math.max(...lateMs)).toBeLessThan(MAX_LATE_MS);
    const [run] = await published.watch();
    const gaps = (run?.frames ?? [])
      .slice(1)
      .map(({ at }, index) => at - (run?.frames[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(STUTTER_MS);
    // What the browser has seen of it: a picture that it had no time for is no stall, one that stands still is.
    const seen = (await stageSeen(listener.page)).slice(known);
    const stalls = standstills(seen);
    await annotate(
      `segments at most ${Math.max(...lateMs)} ms late, pictures ${Math.max(...gaps)} ms apart; ` +
        `the picture stood still ${Math.max(...stalls)} ms at most`,
    );
    expect(Math.max(...stalls)).toBeLessThan(2 * STUTTER_MS);
    expect(new Set(seen.map(({ colour }) => colour))).toEqual(new Set(['red']));
    const ended = await watched(listener.page);
    expect(ended.currentTime).toBeGreaterThan(began.currentTime);
    expect(ended.state).toBe('playing');
  }, 180_000);
});

/** As somebody does who has several. */
async function changeCamera(visitor: Visitor): Promise<void> {
  await visitor.button('More').click();
  await visitor.button('Settings').click();
  const cameras = visitor.page.getByLabel('Camera', { exact: true });
  const before = await cameras.inputValue();
  await cameras.selectOption({ index: 2 });
  await eventually(async () => expect(await cameras.inputValue()).not.toBe(before));
  await visitor.page.keyboard.press('Escape');
}

/** By how much what is in the picture fell behind the time of the stream, from each picture to the next, in milliseconds. */
function standstills(seen: readonly LargePicture[]): number[] {
  const stamped = seen.filter(({ stamp }) => stamp !== null);
  return stamped.slice(1).map(({ mediaTime, stamp }, index) => {
    const before = stamped[index];
    const passedMs = (mediaTime - (before?.mediaTime ?? mediaTime)) * 1_000;
    return Math.max(0, passedMs - paintedBetween(before?.stamp ?? 0, stamp ?? 0));
  });
}
