import { deflateSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { pngOf } from '../support/pictures.ts';
import { arrangements, CLUSTER, ONE_WORKER, type Host } from './support/hosting.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { width: 375, height: 720 };

describe.each(arrangements([ONE_WORKER, CLUSTER]))('people $where', ({ start }) => {
  let host: Host;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;

  beforeAll(async () => {
    host = await start();
    browser = await launchBrowser({ fakeDevices: false });
    ada = await Visitor.open(browser, host.entrance());
    alan = await Visitor.open(browser, host.entrance(), { viewport: PHONE, colorScheme: 'dark' });
    await ada.signUp('Ada Lovelace');
    await alan.signUp('Alan Turing');
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
  });

  const contacts = ({ page }: Visitor) => page.getByTestId('contacts');
  const seesStatus = (visitor: Visitor, status: string) =>
    contacts(visitor).locator(`[data-status="${status}"]`).waitFor();

  async function expectSound({ page }: Visitor): Promise<void> {
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
  }

  async function choose(visitor: Visitor, choice: string): Promise<void> {
    await visitor.page.getByTestId('own-menu').click();
    await visitor.button(choice).click();
  }

  it('find each other, agree, and see how the other is', async () => {
    await ada.page.goto('/people');
    await ada.page.getByText('No contacts yet').waitFor();
    await expectSound(ada);
    await ada.page.getByLabel('Name or email').fill('nobody like this');
    await ada.page.getByText('Nobody found').waitFor();
    await ada.page.getByLabel('Name or email').fill('tur');
    await ada.button('Add Alan Turing').click();
    await ada.button('Take back the request to Alan Turing').waitFor();

    const link = alan.page.getByRole('link', { name: /People/ });
    await link.getByText('1 new').waitFor({ state: 'attached' });
    await link.click();
    await alan.button('Accept Ada Lovelace').waitFor();
    await expectSound(alan);
    await alan.button('Accept Ada Lovelace').click();
    await seesStatus(alan, 'online');
    await seesStatus(ada, 'online');
    await expectSound(ada);

    await choose(alan, 'Show as busy');
    await seesStatus(ada, 'busy');
    await contacts(ada).getByText('Busy').waitFor();
    await choose(alan, 'Show as away');
    await seesStatus(ada, 'away');
    // Kept over a reload, which is no departure.
    await alan.page.reload();
    await alan.page.getByTestId('own-menu').locator('[data-status="away"]').waitFor();
    await choose(alan, 'Online');
    await seesStatus(ada, 'online');
    await alan.page.goto('about:blank');
    await seesStatus(ada, 'offline');
    await contacts(ada).getByText('last seen').waitFor();
    await alan.page.goto('/people');
    await seesStatus(ada, 'online');
  });

  it('have a picture, a line and another name', async () => {
    await alan.page.getByTestId('own-menu').click();
    await alan.button('Your profile').click();
    const dialog = alan.page.getByRole('dialog', { name: 'Your profile' });
    await dialog.getByLabel('About you').fill('Computing machinery');
    await dialog.getByLabel('Your name').fill('Alan M. Turing');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await contacts(ada).getByText('Alan M. Turing').waitFor();
    await contacts(ada).getByText('Computing machinery').waitFor();
    await expectSound(alan);

    const file = { name: 'me.png', mimeType: 'image/png', buffer: pngOf(80, 40) };
    await dialog.getByTestId('picture-file').setInputFiles(file);
    await alan.page.getByLabel('Zoom').fill('2');
    await expectSound(alan);
    await alan.button('Use this picture').click();
    const picture = contacts(ada).locator('img');
    await eventually(async () => {
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(256);
    });
    const text = { name: 'me.png', mimeType: 'image/png', buffer: deflateSync('no picture') };
    await dialog.getByTestId('picture-file').setInputFiles(text);
    await alan.page.getByText('cannot open that file').waitFor();
    await dialog.getByRole('button', { name: 'Remove picture' }).click();
    await picture.waitFor({ state: 'detached' });
    await alan.page.keyboard.press('Escape');
  });

  it('are gone for whoever they block, until they unblock', async () => {
    await ada.button('Options for Alan M. Turing').focus();
    await ada.page.keyboard.press('Enter');
    await ada.button('Block…').click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await ada.page.getByText('No contacts yet').waitFor();
    await alan.page.getByText('No contacts yet').waitFor();
    for (const [visitor, other] of [
      [ada, 'turing'],
      [alan, 'lovelace'],
    ] as const) {
      await visitor.page.getByLabel('Name or email').fill(other);
      await visitor.page.getByText('Nobody found').waitFor();
    }
    await ada.page.getByText('Blocked people').click();
    await ada.button('Unblock Alan M. Turing').click();
    await ada.page.getByText('You have blocked nobody.').waitFor();
    await alan.page.getByLabel('Name or email').fill('');
    await alan.page.getByLabel('Name or email').fill('lovelace');
    await alan.button('Add Ada Lovelace').waitFor();
  });

  it('take everything with them when they delete their account', async () => {
    await alan.button('Add Ada Lovelace').click();
    await ada.button('Accept Alan M. Turing').click();
    await alan.page.getByTestId('own-menu').click();
    await alan.button('Your profile').click();
    await alan.button('Delete account…').click();
    const question = alan.page.getByRole('dialog', { name: 'Delete your account for good?' });
    await question.getByLabel('Your password').fill('not this one');
    await question.getByRole('button', { name: 'Delete your account' }).click();
    await question.getByText('This is not your password').waitFor();
    await question.getByLabel('Your password').fill('correct horse battery');
    await question.getByRole('button', { name: 'Delete your account' }).click();
    await alan.button('Sign in').waitFor();
    await ada.page.getByText('No contacts yet').waitFor();
    expect(ada.complaints).toEqual([]);
    // Each refusal that was meant to be is one.
    expect(alan.complaints.filter((one) => !one.includes('403'))).toEqual([]);
  });
});
