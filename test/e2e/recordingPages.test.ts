import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MIXING } from '../support/live/airing.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const LONG_MS = 60_000;
const PHONE = { viewport: { width: 375, height: 720 } };

describe('a recording', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;

  beforeAll(async () => {
    server = await startTestServer({ ...SMALL_PICTURES, ...MIXING });
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    alan = await Visitor.open(browser, server.url, PHONE);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const badgeOf = ({ page }: Visitor) => page.getByTestId('recording');
  /** What a player on the page has, once it can be moved about in. */
  const playedAt = ({ page }: Visitor) =>
    page.getByTestId('recording-video').evaluate(async (element) => {
      const video = element as HTMLVideoElement;
      if (video.readyState < 1) {
        await new Promise((resolve) => video.addEventListener('loadedmetadata', resolve));
      }
      const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve));
      video.currentTime = 2;
      await seeked;
      return { at: video.currentTime, lasts: video.duration, width: video.videoWidth };
    });

  it(
    'is told of to everybody, and watched, shared and deleted by its host',
    async () => {
      await ada.signUp('Ada Lovelace');
      const meeting = await ada.startMeeting();
      await ada.page.getByRole('button', { name: 'Host tools' }).click();
      await ada.page.getByText('Everybody apart').click();
      await ada.page.getByRole('button', { name: 'Start recording' }).click();
      await badgeOf(ada).waitFor({ timeout: LONG_MS });

      // Whoever comes later knows at the door, and inside.
      await alan.page.goto(meeting);
      await alan.page.getByText('This meeting is being recorded.').waitFor();
      await alan.joinAsGuest(meeting, 'Alan Turing');
      await badgeOf(alan).waitFor();
      expect(await accessibilityViolations(alan.page)).toEqual([]);
      // Long enough to be moved about in.
      const from = Date.now();
      await eventually(() => expect(Date.now() - from).toBeGreaterThan(6_000));
      await ada.page.getByRole('button', { name: 'Stop recording' }).click();
      await badgeOf(alan).waitFor({ state: 'detached', timeout: LONG_MS });

      await ada.page.goto('/recordings');
      await ada.page.getByRole('button', { name: /^Play: / }).click({ timeout: LONG_MS });
      const played = await playedAt(ada);
      expect(played.at).toBeCloseTo(2, 0);
      expect(played.lasts).toBeGreaterThan(4);
      expect(played.width).toBeGreaterThan(0);
      for (const track of ['Ada Lovelace · Microphone', 'Alan Turing · Camera']) {
        await ada.page.getByText(track).waitFor();
      }
      expect(await accessibilityViolations(ada.page)).toEqual([]);
      await ada.page.keyboard.press('Escape');

      await ada.page.getByRole('button', { name: /^Share: / }).click();
      await ada.page.getByRole('button', { name: 'Make a link' }).click();
      const link = await ada.page.getByTestId('share-link').getAttribute('href');
      const stranger = await Visitor.open(browser, server.url, PHONE);
      await stranger.page.goto(link ?? '');
      expect((await playedAt(stranger)).width).toBe(played.width);
      expect(await horizontalOverflow(stranger.page)).toBe(0);
      expect(await accessibilityViolations(stranger.page)).toEqual([]);
      await ada.page.getByRole('button', { name: /^End this link/ }).click();
      await ada.page.getByText('There are none.').waitFor();
      await stranger.page.reload();
      await stranger.page.getByText('This link opens nothing').waitFor();
      await ada.page.keyboard.press('Escape');

      await ada.page.getByRole('button', { name: /^Delete: / }).click();
      await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await ada.page.getByText('Nothing has been recorded yet.').waitFor();
      expect(ada.complaints).toEqual([]);
    },
    4 * LONG_MS,
  );
});
