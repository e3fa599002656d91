import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { extent } from '../support/extent.ts';
import { call, enterAsGuest, join } from '../support/people.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { width: 375, height: 720 };

describe.each(extent<('light' | 'dark')[]>(['light', 'dark'], ['dark']))(
  'in a %s theme, on a phone',
  (colorScheme) => {
    let server: TestServer;
    let browser: Browser;
    let visitor: Visitor;

    beforeAll(async () => {
      server = await startTestServer(SMALL_PICTURES);
      browser = await launchBrowser();
      visitor = await Visitor.open(browser, server.url, { viewport: PHONE, colorScheme });
    });
    afterAll(async () => {
      await browser.close();
      await server.close();
    });

    async function expectSound({ page } = visitor): Promise<void> {
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    }

    it('every page is accessible and fits', async () => {
      await visitor.page.goto('/');
      await visitor.button('Sign in').waitFor();
      await expectSound();
      await visitor.signUp('Ada Lovelace');
      await expectSound();
      await visitor.button('Schedule').click();
      await expectSound();
      await visitor.page.getByLabel('Title').fill('Weekly');
      await visitor.button('Create meeting').click();
      await visitor.page.getByText('Weekly').waitFor();
      await expectSound();
      await visitor.button('Start now').click();
      await visitor.page.getByTestId('preview-video').waitFor();
      await expectSound();
      await visitor.enter();
      await expectSound();
      await visitor.button('More').click();
      await visitor.button('People').click();
      await visitor.page.getByTestId('people-panel').waitFor();
      await expectSound();
      await visitor.page.getByTestId('people-panel').getByRole('button', { name: 'Close' }).click();
      await visitor.page.keyboard.press('?');
      await visitor.page.getByRole('dialog').waitFor();
      await expectSound();
      await visitor.page.keyboard.press('Escape');
    });

    it('waiting, and letting in, is accessible and fits', async () => {
      await visitor.page.goto('/');
      const path = await visitor.startMeeting();
      const { page } = visitor;
      await visitor.button('More').click();
      await visitor.button('Host tools').click();
      const tools = page.getByTestId('host-tools');
      await tools.getByLabel('Waiting room').click();
      await tools.getByLabel('Who need not wait').waitFor();

      const grace = await Visitor.open(browser, server.url, { viewport: PHONE, colorScheme });
      await grace.comeTo(path, 'Grace Hopper');
      await grace.page.getByTestId('join-button').click();
      await grace.page.getByTestId('waiting-page').waitFor();
      const ref = path.slice('/m/'.length);
      const { meeting } = await call(server, 'readMeeting', { params: { idOrCode: ref } });
      for (const name of ['Alan Turing', 'Bartholomäus von Hohenstein-Wittelsbach', 'Eve']) {
        await join(server, await enterAsGuest(server, ref, name), meeting.id);
      }

      await page.getByTestId('waiting-toast').getByText('4 people are waiting').waitFor();
      await tools.getByText('Activity').click();
      await tools.locator('time').first().waitFor();
      await tools.locator('summary', { hasText: 'Kept out' }).click();
      await tools.getByText('Nobody is kept out.').waitFor();
      await expectSound();

      await page.getByTestId('waiting-toast').getByRole('button', { name: 'View' }).click();
      const queue = page.getByTestId('waiting-section');
      await queue.getByLabel('Message to all who wait').fill('Five minutes, please.');
      await queue.getByRole('button', { name: 'Send' }).click();
      await queue.getByLabel('Select Alan Turing').check();
      await grace.page.getByRole('blockquote').getByText('Five minutes, please.').waitFor();
      await expectSound(grace);
      await expectSound();
      await queue.getByRole('button', { name: 'Options for Eve' }).click();
      await expectSound();
      await queue.getByRole('button', { name: 'Deny with a message…' }).click();
      await page.getByRole('dialog').getByLabel('Message').waitFor();
      await expectSound();
      await page.keyboard.press('Escape');

      await queue.getByRole('button', { name: 'Deny Grace Hopper' }).click();
      await grace.page.getByTestId('denied-page').waitFor();
      await expectSound(grace);
      await grace.button('Ask again').click();
      await page.getByTestId('people-panel').getByRole('button', { name: 'Close' }).click();
      // Whoever decides with the keyboard goes on from where they were.
      await visitor.button('Raise hand').focus();
      await page.getByTestId('waiting-toast').getByText('4 people are waiting').waitFor();
      await page.keyboard.press('a');
      await page.keyboard.press('Enter');
      await grace.stage.waitFor();
      await page.getByTestId('waiting-toast').waitFor({ state: 'detached' });
      await eventually(async () => {
        const focused = await page.evaluate(() =>
          document.activeElement?.getAttribute('aria-label'),
        );
        expect(focused).toBe('Raise hand');
      });

      await visitor.button('More').click();
      await visitor.button('People').click();
      await page.getByTestId(`person-menu-${await grace.participantId()}`).click();
      await expectSound();
      await page.keyboard.press('Escape');
      await grace.close();
    });

    it('is spoken in another language', async () => {
      await visitor.page.goto('/');
      await visitor.button('Settings').click();
      await visitor.page.getByLabel('Language').selectOption('de');
      await visitor.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
      expect(await visitor.page.evaluate(() => document.documentElement.lang)).toBe('de');
      await expectSound();
    });
  },
);
