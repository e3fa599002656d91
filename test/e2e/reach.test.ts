import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 375, height: 720 };

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/** Everything that axe finds wrong with a page. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    return (await checker.run()).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

describe.each(['light', 'dark'] as const)('in a %s theme, on a phone', (colorScheme) => {
  let server: TestServer;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    server = await startTestServer();
    browser = await launchBrowser();
    visitor = await Visitor.open(browser, server.url, { viewport: PHONE, colorScheme });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  async function expectSound(): Promise<void> {
    expect(await violations(visitor.page)).toEqual([]);
    const overflow = await visitor.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
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

  it('is spoken in another language', async () => {
    await visitor.page.goto('/');
    await visitor.button('Settings').click();
    await visitor.page.getByLabel('Language').selectOption('de');
    await visitor.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    expect(await visitor.page.evaluate(() => document.documentElement.lang)).toBe('de');
    await expectSound();
  });
});
