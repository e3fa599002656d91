import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { arrangements, CLUSTER, type Host } from './support/hosting.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe.each(arrangements([CLUSTER]))('a waiting room $where', ({ start }) => {
  let server: Host;
  let browser: Browser;
  let ada: Visitor;
  let path: string;
  const guests: Visitor[] = [];

  beforeAll(async () => {
    server = await start(SMALL_PICTURES);
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.entrance());
    await ada.signUp('Ada Lovelace');
    path = await ada.startMeeting();
    await ada.button('Host tools').click();
    await ada.page.getByTestId('host-tools').getByLabel('Waiting room').click();
    await ada.page.getByTestId('host-tools').getByLabel('Who need not wait').waitFor();
    await ada.page.getByTestId('host-tools').getByRole('button', { name: 'Close' }).click();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(async () => {
    expect([ada, ...guests].flatMap(({ complaints }) => complaints)).toEqual([]);
    for (const guest of guests.splice(0)) await guest.close();
  });

  /** A guest who has pressed Join and waits. */
  async function knock(name: string): Promise<Visitor> {
    const guest = await Visitor.open(browser, server.entrance());
    guests.push(guest);
    await guest.comeTo(path, name);
    await guest.page.getByTestId('join-button').click();
    await guest.page.getByTestId('waiting-page').waitFor();
    return guest;
  }

  /** Waits until somebody reads that they stand there in line. */
  async function standsAt(visitor: Visitor, words: string): Promise<void> {
    await visitor.page.getByTestId('waiting-position').getByText(words).waitFor();
  }

  const toast = () => ada.page.getByTestId('waiting-toast');

  it('keeps a place, shows nothing of the meeting, and lets in from the toast', async () => {
    const events = new Set<string>();
    const grace = await Visitor.open(browser, server.entrance());
    guests.push(grace);
    grace.page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        // Socket.IO: 42["name",{…}] is an event, 43 an acknowledgement.
        const [, name] = /^42\d*\["([a-z-]+)"/.exec(payload.toString()) ?? [];
        if (name !== undefined) events.add(name);
      });
    });
    await grace.comeTo(path, 'Grace Hopper');
    await grace.page.getByTestId('join-button').click();
    await grace.page.getByTestId('waiting-page').waitFor();
    await toast().getByText('Grace Hopper').waitFor();
    await ada.button('Raise hand').click();
    await ada.button('React').click();
    await ada.button('Celebrate').click();

    const alan = await knock('Alan Turing');
    await standsAt(alan, 'You are number 2 in line.');
    await toast().getByText('2 people are waiting').waitFor();
    // A host who comes finds those who were there before.
    await ada.page.reload();
    await toast().getByText('2 people are waiting').waitFor();
    await grace.page.reload();
    await standsAt(grace, 'You are first in line.');

    await toast().getByRole('button', { name: 'View' }).click();
    const section = ada.page.getByTestId('waiting-section');
    await section.getByLabel('Message to all who wait').fill('Five minutes, please.');
    await section.getByRole('button', { name: 'Send' }).click();
    await grace.page.getByTestId('waiting-page').getByText('Five minutes, please.').waitFor();
    await section.getByText('Camera on').first().waitFor();
    expect(await grace.page.evaluate(() => Boolean(window.__parley))).toBe(false);
    expect(events).toEqual(new Set(['waiting-room-entered', 'waiting-room-updated']));

    await section.getByRole('button', { name: 'Admit Grace Hopper' }).click();
    await grace.stage.waitFor();
    await standsAt(alan, 'You are first in line.');
    await toast().getByRole('button', { name: 'Admit Alan Turing' }).click();
    await alan.stage.waitFor();
    const ids = await Promise.all([ada, grace, alan].map((one) => one.participantId()));
    await Promise.all([
      ada.seesAndHears([ids[1] ?? '', ids[2] ?? '']),
      grace.seesAndHears([ids[0] ?? '', ids[2] ?? '']),
    ]);

    // A reload comes straight back in, a departure does not.
    await grace.page.reload();
    await grace.stage.waitFor();
    expect(await grace.participantId()).toBe(ids[1]);
    await grace.button('Leave').click();
    await grace.button('Join again').click();
    await grace.page.getByTestId('join-button').click();
    await grace.page.getByTestId('waiting-page').waitFor();
    await grace.button('Stop waiting').click();
    await grace.page.getByTestId('join-button').waitFor();
    await toast().waitFor({ state: 'detached' });
  });

  it('tells who is turned away, who may ask again, until they may not', async () => {
    const eve = await knock('Eve');
    const section = ada.page.getByTestId('waiting-section');
    await section.getByRole('button', { name: 'Options for Eve' }).click();
    await section.getByRole('button', { name: 'Deny with a message…' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('Message').fill('Staff only today.');
    await dialog.getByRole('button', { name: 'Deny' }).click();
    const denied = eve.page.getByTestId('denied-page');
    await denied.getByText('The host did not let you in').waitFor();
    await denied.getByText('Staff only today.').waitFor();

    await denied.getByRole('button', { name: 'Ask again' }).click();
    await eve.page.getByTestId('waiting-page').waitFor();
    await section.getByRole('button', { name: 'Options for Eve' }).click();
    await section.getByRole('button', { name: 'Deny and keep out…' }).click();
    await dialog.getByRole('button', { name: 'Deny' }).click();
    await denied.getByText('You cannot enter this meeting').waitFor();
    await eve.page.goto(path);
    await eve.page.getByTestId('join-button').click();
    await eve.page.getByText('You cannot enter this meeting').waitFor();

    await ada.button('Host tools').click();
    const tools = ada.page.getByTestId('host-tools');
    await tools.getByText('Activity').click();
    await tools.getByText('Ada Lovelace keeps Eve out').waitFor();
    await tools.locator('summary', { hasText: 'Kept out' }).click();
    await tools.getByRole('button', { name: 'Let back in: Eve' }).click();
    await tools.getByText('Nobody is kept out.').waitFor();
    await eve.page.goto(path);
    await eve.page.getByTestId('join-button').click();
    await eve.page.getByTestId('waiting-page').waitFor();
    // The rules change: nobody has to wait any more.
    await tools.getByLabel('Waiting room').click();
    await eve.stage.waitFor();
  });
});
