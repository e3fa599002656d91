import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { looksRight } from './support/chatPages.ts';
import { enterPin, SMALL_ROOM } from './support/liveListening.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { viewport: { width: 390, height: 844 }, permissions: [] };
const LONG_MS = 60_000;

describe('a live room that is over', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let lis: Visitor;
  let ben: Visitor;

  beforeAll(async () => {
    server = await startTestServer({ ...SMALL_PICTURES, ...SMALL_ROOM });
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    lis = await Visitor.open(browser, server.url, PHONE);
    ben = await Visitor.open(browser, server.url, { permissions: [] });
    await ada.signUp('Ada Lovelace');
    await ada.startMeeting();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const tools = () => ada.page.getByTestId('go-live');
  const replaySwitch = () => tools().getByRole('switch', { name: 'Replay for listeners' });
  const roomState = (state: string) =>
    tools().locator(`[data-testid="live-state"][data-state="${state}"]`).waitFor();
  const video = (page: Page) => page.getByTestId('live-replay-video');
  const at = (page: Page) =>
    video(page).evaluate((element: HTMLVideoElement) => element.currentTime);

  it(
    'plays what was recorded, on the page that was open',
    async () => {
      await ada.button('Host tools').click();
      await tools().getByTestId('live-create').click();
      const pin = (await tools().getByTestId('live-own-pin').textContent()) ?? '';
      const link = await tools().getByRole('link').getAttribute('href');
      await tools().getByTestId('live-start').click();
      await roomState('on-air');
      expect(await replaySwitch().isChecked()).toBe(false);
      await replaySwitch().click();
      await eventually(async () => expect(await replaySwitch().isChecked()).toBe(true));
      await looksRight(ada, 'live-replay-setting');
      await ada.page.getByRole('button', { name: 'Start recording' }).click();
      await ada.page.getByTestId('recording').waitFor({ timeout: LONG_MS });
      for (const { page } of [lis, ben]) {
        await page.goto(new URL(link ?? '').pathname);
        await enterPin(page, pin);
        await page.getByTestId('live-player').waitFor({ timeout: LONG_MS });
      }
      // Long enough to be moved about in.
      await new Promise((resolve) => setTimeout(resolve, 6_000));

      await tools()
        .getByRole('button', { name: /^Go off air/ })
        .click();
      await ada.page.getByRole('dialog').getByRole('button', { name: 'Go off air' }).click();
      await lis.page.getByText('The replay is being prepared.').waitFor({ timeout: LONG_MS });
      await looksRight(lis, 'live-replay-preparing-phone');
      await ada.page.getByRole('button', { name: 'Stop recording' }).click();
      for (const { page } of [lis, ben]) await video(page).waitFor({ timeout: LONG_MS });
      for (const { page } of [lis, ben]) {
        await eventually(async () => {
          const loaded = await video(page).evaluate(
            (element: HTMLVideoElement) => element.readyState,
          );
          expect(loaded).toBeGreaterThan(0);
        });
        await video(page).evaluate((element: HTMLVideoElement) => element.play());
        await eventually(async () => expect(await at(page)).toBeGreaterThan(0.5));
        const sought = await video(page).evaluate(async (element: HTMLVideoElement) => {
          const seeked = new Promise((resolve) => element.addEventListener('seeked', resolve));
          element.currentTime = 3;
          await seeked;
          return { at: element.currentTime, width: element.videoWidth, lasts: element.duration };
        });
        expect(sought.at).toBeGreaterThanOrEqual(3);
        expect(sought.width).toBeGreaterThan(0);
        expect(sought.lasts).toBeGreaterThan(5);
        await eventually(async () => expect(await at(page)).toBeGreaterThan(3.5));
        await video(page).evaluate((element: HTMLVideoElement) => element.pause());
        expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
      }
      await looksRight(lis, 'live-replay-phone');
      await looksRight(ben, 'live-replay-desktop');
    },
    3 * LONG_MS,
  );

  it('goes on where it was with another address, when the one before is over', async () => {
    const { page } = lis;
    const before = await video(page).getAttribute('src');
    await video(page).evaluate((element: HTMLVideoElement) => {
      element.dispatchEvent(new Event('error'));
    });
    await eventually(async () => {
      expect(await video(page).getAttribute('src')).not.toBe(before);
      expect(await at(page)).toBeGreaterThan(3);
    });
  });

  it('is gone as soon as its host takes it back', async () => {
    await replaySwitch().click();
    for (const { page } of [lis, ben]) {
      await page.getByText('It is over', { exact: true }).waitFor();
      expect(await video(page).count()).toBe(0);
    }
    await replaySwitch().click();
    await video(ben.page).waitFor();
    await tools()
      .getByRole('button', { name: /^Change PIN/ })
      .click();
    await ada.page.getByTestId('live-changed-pin').fill('another one');
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ben.page.reload();
    await ben.page.getByText('The PIN is needed once more').waitFor();
    await enterPin(ben.page, 'another one');
    await video(ben.page).waitFor();
  });
});
