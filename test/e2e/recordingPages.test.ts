import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MIXING } from '../support/live/airing.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { looksRight, message, write } from './support/chatPages.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const LONG_MS = 60_000;
const TRANSCRIPT = `WEBVTT

00:00.500 --> 00:03.000
<v Ada Lovelace>Good morning, everybody

00:04.000 --> 00:06.000
<v Alan Turing>The second figure, please
`;
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
  /** What the player would show now. */
  const captionsOf = ({ page }: Visitor) =>
    page.getByTestId('recording-video').evaluate((element) => {
      const [track] = (element as HTMLVideoElement).textTracks;
      return Array.from((track?.activeCues ?? []) as Iterable<VTTCue>, ({ text }) => text);
    });
  const timeOf = ({ page }: Visitor) =>
    page
      .getByTestId('recording-video')
      .evaluate((element) => (element as HTMLVideoElement).currentTime);
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
      await ada.page.getByTestId('record').getByText('Everybody apart').click();
      await ada.page.getByRole('button', { name: 'Start recording' }).click();
      await badgeOf(ada).waitFor({ timeout: LONG_MS });

      // Whoever comes later knows at the door, and inside.
      await alan.page.goto(meeting);
      await alan.page.getByText('This meeting is being recorded.').waitFor();
      await alan.joinAsGuest(meeting, 'Alan Turing');
      await badgeOf(alan).waitFor();
      expect(await accessibilityViolations(alan.page)).toEqual([]);
      await ada.page.getByRole('button', { name: 'Chat' }).first().click();
      await write(ada, 'Welcome, Alan');
      await message(ada.page, 'Welcome, Alan').waitFor();
      // Long enough to be moved about in.
      const from = Date.now();
      await eventually(() => expect(Date.now() - from).toBeGreaterThan(6_000));
      await write(ada, 'Can everybody see the plan for the third quarter?');
      await message(ada.page, 'the plan').waitFor();
      await ada.page.getByRole('button', { name: 'Host tools' }).click();
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
      // What was written goes along with the player, and the player with it.
      const written = ada.page.getByTestId('recording-chat');
      const current = written.locator('[aria-current="true"]');
      await written.getByRole('button', { name: /the plan/ }).click();
      await current.getByText('the plan').waitFor();
      const at = await timeOf(ada);
      expect(at).toBeGreaterThan(5);
      await written.getByRole('button', { name: /Welcome, Alan/ }).click();
      await current.getByText('Welcome, Alan').waitFor();
      expect(await timeOf(ada)).toBeLessThan(at - 5);
      await written.getByRole('button', { name: /^Hide: / }).click();
      await written.getByText('Welcome, Alan').waitFor({ state: 'hidden' });
      await written.getByRole('button', { name: /^Show: / }).click();

      // What was said comes as a file, and is captions and a list.
      const transcript = ada.page.getByTestId('transcript-file');
      const file = { name: 'talk.vtt', mimeType: 'text/vtt' };
      await transcript.setInputFiles({ ...file, buffer: Buffer.from('Good morning') });
      await ada.page.getByText('That is not a transcript').waitFor();
      await transcript.setInputFiles({ ...file, buffer: Buffer.from(TRANSCRIPT) });
      const said = ada.page.getByTestId('recording-transcript');
      await said.getByRole('button', { name: /The second figure/ }).click();
      await said.locator('[aria-current="true"]').getByText('The second figure').waitFor();
      expect(await timeOf(ada)).toBeCloseTo(4, 0);
      expect(await captionsOf(ada)).toEqual(['<v Alan Turing>The second figure, please']);
      await looksRight(ada, 'recording-player');
      await ada.page.keyboard.press('Escape');

      await ada.page.getByRole('button', { name: /^Share: / }).click();
      await ada.page.getByRole('button', { name: 'Make a link' }).click();
      const link = await ada.page.getByTestId('share-link').getAttribute('href');
      const stranger = await Visitor.open(browser, server.url, PHONE);
      await stranger.page.goto(link ?? '');
      expect((await playedAt(stranger)).width).toBe(played.width);
      expect(await stranger.page.getByTestId('recording-chat').count()).toBe(0);
      await looksRight(ada, 'recording-share');
      await ada.page.getByLabel('With the chat').check();
      await ada.page.getByRole('button', { name: 'Make a link' }).click();
      await ada.page.getByText('Until').nth(1).waitFor();
      const shows = await ada.page.getByTestId('share-link').getAttribute('href');
      await stranger.page.goto('about:blank');
      await stranger.page.goto(shows ?? '');
      await stranger.page.getByTestId('recording-chat').getByText('the plan').click();
      await stranger.page.getByTestId('recording-transcript').getByText('Good morning').waitFor();
      await looksRight(stranger, 'recording-shared-phone');
      expect(await horizontalOverflow(stranger.page)).toBe(0);
      expect(await accessibilityViolations(stranger.page)).toEqual([]);
      const ends = ada.page.getByRole('button', { name: /^End this link/ });
      await ends.first().click();
      await eventually(async () => expect(await ends.count()).toBe(1));
      await ends.click();
      await ada.page.getByText('There are none.').waitFor();
      await stranger.page.reload();
      await stranger.page.getByText('This link opens nothing').waitFor();
      await ada.page.keyboard.press('Escape');

      await ada.page.getByRole('button', { name: /^Delete: / }).click();
      await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await ada.page.getByText('Nothing has been recorded yet.').waitFor();
      // Of the file that was no transcript, and of nothing else.
      expect(ada.complaints).toEqual([expect.stringContaining('a status of 400')]);
    },
    4 * LONG_MS,
  );

  it(
    'begins by itself where the host wants it, and whoever comes knows before',
    async () => {
      const host = await Visitor.open(browser, server.url);
      await host.signUp('Grace Hopper');
      const meeting = await host.startMeeting();
      await host.page.getByRole('button', { name: 'Host tools' }).click();
      const choice = host.page.getByLabel('Record this meeting automatically');
      await choice.selectOption({ label: 'The whole picture' });
      await badgeOf(host).waitFor({ timeout: LONG_MS });
      await choice.scrollIntoViewIfNeeded();
      await looksRight(host, 'recording-automatic');
      await host.page.getByRole('button', { name: 'Stop recording' }).click();
      await badgeOf(host).waitFor({ state: 'detached', timeout: LONG_MS });
      const guest = await Visitor.open(browser, server.url, PHONE);
      await guest.page.goto(meeting);
      await guest.page.getByText('This meeting is recorded automatically.').waitFor();
      await looksRight(guest, 'recording-automatic-door');
      expect(await badgeOf(host).count()).toBe(0);
    },
    3 * LONG_MS,
  );
});
