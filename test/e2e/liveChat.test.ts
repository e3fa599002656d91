import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { choose, looksRight, message, write } from './support/chatPages.ts';
import { enterPin, SMALL_ROOM } from './support/liveListening.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { viewport: { width: 390, height: 844 }, permissions: [] };
const DESKTOP = { permissions: [] };
/** The first segment takes a while on a busy machine. */
const ON_AIR_TIMEOUT_MS = 40_000;

describe('the chat of a live room', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let lis: Visitor;
  let ben: Visitor;
  let room: string;
  let pin: string;

  beforeAll(async () => {
    server = await startTestServer({ ...SMALL_PICTURES, ...SMALL_ROOM });
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    lis = await Visitor.open(browser, server.url, PHONE);
    ben = await Visitor.open(browser, server.url, DESKTOP);
    await ada.signUp('Ada Lovelace');
    await ada.startMeeting();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const tools = () => ada.page.getByTestId('go-live');
  const setting = () => tools().getByTestId('live-chat-setting').getByRole('combobox');
  const chat = (page: Page) => page.getByTestId('live-chat');
  const line = (page: Page, text: string) =>
    page.getByTestId('live-message').filter({ hasText: text });
  const isIn = (page: Page, state: string) =>
    page.locator(`[data-testid="live-chat"][data-state="${state}"]`).waitFor();

  async function say(page: Page, text: string): Promise<void> {
    await page.getByTestId('live-composer').fill(text);
    await page.getByTestId('live-composer').press('Enter');
  }

  it('is not there unless its host opens it', async () => {
    await ada.button('Host tools').click();
    await tools().getByTestId('live-create').click();
    pin = (await tools().getByTestId('live-own-pin').textContent()) ?? '';
    const link = await tools().getByRole('link').getAttribute('href');
    room = new URL(link ?? '').pathname;
    expect(await setting().inputValue()).toBe('off');
    await tools().getByTestId('live-start').click();
    for (const { page } of [lis, ben]) {
      await page.goto(room);
      await enterPin(page, pin);
      await page.getByTestId('live-player').waitFor({ timeout: ON_AIR_TIMEOUT_MS });
      expect(await chat(page).count()).toBe(0);
    }
  });

  it('appears on pages that are open, once it is', async () => {
    await setting().selectOption('write');
    await isIn(lis.page, 'write');
    await isIn(ben.page, 'write');
    await lis.page.getByText('Nothing written yet. Say hello.').waitFor();
    await looksRight(lis, 'live-chat-name-phone');
    await looksRight(ada, 'live-chat-setting');
    expect(await horizontalOverflow(lis.page)).toBeLessThanOrEqual(0);
  });

  it('asks once what a listener is called', async () => {
    const { page } = lis;
    await page.getByRole('button', { name: 'Join the chat' }).click();
    await page.locator('.field-error', { hasText: 'Enter a name.' }).waitFor();
    await page.getByTestId('live-name-field').fill('Lis');
    await page.getByTestId('live-name-field').press('Enter');
    await eventually(async () => {
      const id = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
      expect(id).toBe('live-composer');
    });
    await page.getByText('As Lis').waitFor();
    await page.reload();
    await page.getByText('As Lis').waitFor({ timeout: ON_AIR_TIMEOUT_MS });
  });

  it('brings what a listener writes to the stage and to other listeners, and the answer back', async () => {
    await say(lis.page, 'How does it end?');
    await line(lis.page, 'How does it end?').getByText('You', { exact: true }).waitFor();
    await line(ben.page, 'How does it end?').getByText('Lis', { exact: true }).waitFor();
    await ada.button(/^Chat/).click();
    const asked = message(ada.page, 'How does it end?');
    await asked.getByText('Listener', { exact: true }).waitFor();
    await ada.page.getByText('On air: listeners read and write here.').waitFor();
    await choose(ada, 'How does it end?', 'Reply');
    await write(ada, 'Well, see https://example.org/end');
    for (const { page } of [lis, ben]) {
      const answer = line(page, 'Well, see');
      await answer.getByText('Stage', { exact: true }).waitFor();
      await answer.getByText('Lis', { exact: true }).waitFor();
      await answer.getByRole('link', { name: 'https://example.org/end' }).waitFor();
    }
    const told = lis.page.getByRole('status').filter({ hasText: 'Ada Lovelace: Well, see' });
    await told.waitFor({ state: 'attached' });
    await looksRight(lis, 'live-chat-phone');
    await looksRight(ben, 'live-chat-desktop');
    await looksRight(ada, 'live-chat-meeting');
    for (const { page } of [lis, ben]) {
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    }
  });

  it('keeps what could not be sent, with a way to send it again', async () => {
    const { page } = lis;
    await page.route('**/chat', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 500,
            contentType: 'application/json',
            body: JSON.stringify({ error: { code: 'INTERNAL', message: 'for this test' } }),
          })
        : route.continue(),
    );
    await say(page, 'Can you hear me?');
    const failed = page.getByTestId('live-outgoing').filter({ hasText: 'Can you hear me?' });
    await failed.getByText('Not sent').waitFor();
    await looksRight(lis, 'live-chat-failed-phone');
    await page.unroute('**/chat');
    await failed.getByRole('button', { name: 'Send again' }).click();
    await line(page, 'Can you hear me?').waitFor();
    await failed.waitFor({ state: 'detached' });
    await message(ada.page, 'Can you hear me?').waitFor();
  });

  it('says how much is new below, and goes there', async () => {
    const { page } = lis;
    for (let number = 1; number <= 12; number += 1) await write(ada, `Point ${number}`);
    await line(page, 'Point 12').waitFor();
    const log = page.getByTestId('live-log');
    await log.evaluate((list) => list.scrollTo(0, 0));
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
    await write(ada, 'Point 13');
    const jump = page.getByRole('button', { name: '1 new message' });
    await jump.waitFor();
    await looksRight(lis, 'live-chat-unseen-phone');
    await jump.click();
    await jump.waitFor({ state: 'detached' });
    const isLast = await line(page, 'Point 13').evaluate((last) => {
      const list = last.closest('[data-testid="live-log"]')?.getBoundingClientRect();
      return last.getBoundingClientRect().bottom <= (list?.bottom ?? 0);
    });
    expect(isLast).toBe(true);
    await page.getByRole('button', { name: 'Hide chat' }).click();
    await write(ada, 'Point 14');
    await page.getByTestId('live-chat-unseen').getByText('1 new message').waitFor();
    await page.getByRole('button', { name: 'Show chat' }).click();
    await line(page, 'Point 14').waitFor();
  });

  it('loses what the host deletes', async () => {
    await choose(ada, 'Can you hear me?', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await line(lis.page, 'Can you hear me?').waitFor({ state: 'detached' });
    await line(ben.page, 'Can you hear me?').waitFor({ state: 'detached' });
  });

  it('is read only, or closed, as soon as its host says so', async () => {
    await ada.button('Host tools').click();
    await setting().selectOption('read');
    await isIn(lis.page, 'read');
    await lis.page.getByText('You can read this chat, but not write.').waitFor();
    await line(lis.page, 'Point 13').waitFor();
    await looksRight(lis, 'live-chat-read-phone');
    await setting().selectOption('off');
    for (const { page } of [lis, ben]) {
      await isIn(page, 'closed');
      await page.getByText('The chat is closed').waitFor();
      expect(await line(page, 'Point 13').count()).toBe(0);
    }
    await looksRight(lis, 'live-chat-closed-phone');
    await looksRight(ben, 'live-chat-closed-desktop');
    await setting().selectOption('write');
    await line(lis.page, 'Point 13').waitFor();
  });

  it('broke nothing else', () => {
    // What this test has refused, and a chat that is closed, the browser tells of, too.
    const own = (complaint: string): boolean => !/status of (500|403)/.test(complaint);
    expect([ada, lis, ben].flatMap(({ complaints }) => complaints.filter(own))).toEqual([]);
  });
});
