import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { call, createMeeting, createVisits, signUp } from '../support/people.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { WebhookReceiver } from '../support/WebhookReceiver.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

const EMAIL = `${randomUUID()}@example.org`;
const PASSWORD = 'correct horse battery';

let receiver: WebhookReceiver;
let server: TestServer;
let browser: Browser;
let operator: Visitor;
const visits = createVisits(() => server);

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  // Gives up at once, until it is to take what comes.
  receiver.answer = (response) => response.writeHead(500).end();
  server = await startTestServer({
    PARLEY_ADMIN_EMAILS: EMAIL,
    PARLEY_WEBHOOKS_ATTEMPTS: '1',
    PARLEY_WEBHOOKS_ENDPOINTS: JSON.stringify([
      { url: receiver.url, secret: WebhookReceiver.SECRET, events: ['meeting.created'] },
    ]),
  });
  const body = { email: EMAIL, name: 'Olga Operator', password: PASSWORD };
  await call(server, 'signup', { body });
  browser = await launchBrowser();
  operator = await Visitor.open(browser, server.url, { viewport: { width: 375, height: 800 } });
});
afterAll(async () => {
  visits.end();
  await browser.close();
  await server.close();
  await receiver.close();
});

async function expectSound(): Promise<void> {
  expect(await accessibilityViolations(operator.page)).toEqual([]);
  expect(await horizontalOverflow(operator.page)).toBeLessThanOrEqual(0);
}

it('the page of operators is there for nobody else', async () => {
  const stranger = await Visitor.open(browser, server.url);
  await stranger.signUp('Eve');
  await stranger.page.goto('/admin');
  await stranger.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await stranger.page.goto('/');
  await stranger.button('Start now').waitFor();
  expect(await stranger.page.getByRole('link', { name: 'Server' }).count()).toBe(0);
  await stranger.close();
});

it('an operator finds the page, cordons and drains a node, and takes it back', async () => {
  const { page } = operator;
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await operator.button('Sign in').click();
  await page.getByRole('link', { name: 'Server' }).click();
  await page.getByText('No meeting is live').waitFor();
  await page.getByText('Nothing yet.').waitFor();
  await expectSound();

  const node = page.locator('.node-card');
  await node.getByRole('button', { name: /^Cordon/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cordon' }).click();
  await node.getByText('Cordoned').waitFor();
  await node.getByRole('button', { name: /^Drain/ }).click();
  await expectSound();
  await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
  await node.getByText('Empty: it can be stopped.').waitFor();
  await page.getByText(/^Olga Operator drains /).waitFor();
  await expectSound();
  await node.getByRole('button', { name: /^Undrain/ }).click();
  await node.getByText('Ready').waitFor();
});

it('an operator watches a meeting and ends it', async () => {
  const { page } = operator;
  const { id } = await createMeeting(server, await signUp(server), { title: 'Town hall' });
  const guest = await visits.come(await signUp(server), id);
  // By itself, soon after somebody has come.
  const row = page.getByTestId(`live-${id}`);
  await row.getByText('1 person').waitFor();
  await row.getByRole('button', { name: 'Where the media of Town hall is' }).click();
  await row.getByText(/Worker 0/).waitFor();
  await row.getByRole('button', { name: 'Move Town hall' }).click();
  await page.getByText('There is no other node that is ready.').waitFor();
  await expectSound();
  await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
  await page.getByRole('alert').waitFor();

  await row.getByRole('button', { name: 'End Town hall' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByText('Olga Operator ended “Town hall”').waitFor();
  await guest.next('meeting-ended');
  await expectSound();
});

it('an operator sees which webhooks did not arrive, and sends them again', async () => {
  const { page } = operator;
  const row = page.getByRole('region', { name: 'Webhooks' }).getByRole('listitem');
  await row.getByText('1 given up').waitFor();
  await expectSound();
  receiver.answer = (response) => response.writeHead(204).end();
  await row.getByRole('button', { name: /^Send again to http/ }).click();
  await row.getByText('1 delivered').waitFor();
  await row.getByText('0 given up').waitFor();
  await page.getByText(/^Olga Operator sent webhooks again to http/).waitFor();
  await expectSound();
});

it('what was seen last stays while the server is away', async () => {
  const { page, context } = operator;
  await context.setOffline(true);
  await page.getByText('What you see is older than this.').first().waitFor();
  expect(await page.locator('.node-card').count()).toBe(1);
  await expectSound();
  await context.setOffline(false);
  await eventually(async () => {
    expect(await page.getByText('What you see is older than this.').count()).toBe(0);
  });
});
