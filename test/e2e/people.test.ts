import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCall, entryOf, logsOf, openPage, ring, signUpCaller } from '../support/calls.ts';
import { parseCsv } from '../support/csv.ts';
import { eventually } from '../support/eventually.ts';
import { call, createMeeting, createVisits } from '../support/people.ts';
import { pngOf } from '../support/pictures.ts';
import { arrangements, CLUSTER, type Host } from './support/hosting.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const PHONE = { width: 375, height: 720 };

describe.each(arrangements([CLUSTER]))('people $where', ({ start }) => {
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

  it('have a history of calls and meetings: to choose from, look into and take along', async () => {
    const token = await ada.page.evaluate(() => localStorage.getItem('parley.token') ?? '');
    const { user } = await call(host, 'me', { token });
    await ada.page.goto('about:blank');
    const self = await openPage(host, { token, userId: user.id, name: user.name });
    const visits = createVisits(() => host);
    const [eve, bob, dan] = await Promise.all([
      signUpCaller(host, '=HYPERLINK("http://x"), Eve'),
      signUpCaller(host, '-1+1'),
      signUpCaller(host, '+49 Dan'),
    ]);
    const { id: meetingId } = await createMeeting(host, self, { title: '@home' });
    await (await visits.come(self, meetingId)).request('leave-meeting', { meetingId });
    const cancelled = await ring(self, dan);
    await self.client.request('call:end', { callId: cancelled });
    const declined = await ring(self, bob);
    await bob.client.request('call:reject', { callId: declined });
    const talked = await connectCall(self, eve);
    const minute = { rttMs: 700, loss: 0.2, bitrate: 40_000, freezes: 0, seconds: 60 };
    await self.client.request('call:quality', { in: { callId: talked }, minute });
    await self.client.request('call:end', { callId: talked });
    const missed = await ring(eve, self);
    await eve.client.request('call:end', { callId: missed });
    await entryOf(host, self, missed);
    self.client.close();

    await ada.page.goto('/people');
    await ada.page.getByRole('link', { name: 'Calls 1 new' }).click();
    await ada.page.getByRole('link', { name: 'Calls', exact: true }).waitFor();
    const rows = ada.page.getByRole('region', { name: 'Calls and meetings' }).getByRole('listitem');
    const shows = async (...outcomes: string[]) => {
      const shown = () => rows.evaluateAll((all) => all.map((row) => row.dataset['outcome']));
      await eventually(async () => expect(await shown()).toEqual(outcomes));
    };
    await shows('missed', 'answered', 'declined', 'cancelled', 'answered');
    await expectSound(ada);
    await ada.page.getByLabel('Show').selectOption('Meetings');
    await shows('answered');
    await rows.getByText('@home').waitFor();
    await ada.page.getByLabel('Outcome').selectOption('Missed');
    await shows();
    await ada.button('Show all').click();
    await ada.page.getByLabel('Direction').selectOption('Incoming');
    await shows('missed');
    await ada.page.getByLabel('Direction').selectOption('Outgoing');
    await ada.page.getByLabel('Outcome').selectOption('Declined');
    await shows('declined');

    await ada.page.getByLabel('Outcome').selectOption('All');
    await ada.button(`Details: ${eve.name}`).click();
    const detail = ada.page.getByRole('dialog', { name: eve.name });
    await detail.getByRole('img', { name: 'Loss and delay in 1 minute' }).waitFor();
    await detail.getByText('too much of the sound was lost').waitFor();
    await expectSound(ada);
    await detail.getByRole('button', { name: 'Show all calls with this person' }).click();
    await shows('missed', 'answered');
    const saved = async () => {
      const download = ada.page.waitForEvent('download');
      await ada.button('Save as CSV').click();
      const file = await download;
      expect(file.suggestedFilename()).toBe('calls.csv');
      const [header, ...lines] = parseCsv(await readFile(await file.path(), 'utf8'));
      return lines.map((cells) =>
        Object.fromEntries(header?.map((key, at) => [key, cells[at]]) ?? []),
      );
    };
    expect((await saved()).map(({ id }) => id)).toEqual([missed, talked]);
    await ada.button(/^With: =HYPERLINK/).click();
    await shows('missed', 'answered', 'declined', 'cancelled', 'answered');
    const { entries } = await logsOf(host, self);
    expect(await saved()).toEqual(
      entries.map((entry) => ({
        ...{ id: entry.callId, kind: entry.kind, type: entry.callType },
        // No spreadsheet takes any of them for a formula.
        ...{ with: `'${entry.with.name}`, people: expect.stringMatching(/^('|$)/) as string },
        ...{ direction: entry.direction, startedAt: entry.startedAt, outcome: entry.outcome },
        ...{ durationSec: String(entry.durationSec), reason: entry.reason },
        ...{ participants: String(entry.participantCount), peak: String(entry.peakCount) },
      })),
    );

    await rows
      .first()
      .getByRole('button', { name: `Call: ${eve.name}`, exact: true })
      .click();
    await eve.client.next('call:incoming', ({ callId }) => callId !== talked && callId !== missed);
    await ada.button('Cancel call').click();
    for (const { client } of [eve, bob, dan]) client.close();
    visits.end();
    await ada.page.goto('/people');
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
