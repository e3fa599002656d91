import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { TrialCluster } from '../../support/TrialCluster.ts';
import { launchBrowser, Visitor } from '../support/Visitor.ts';

let cluster: TrialCluster;
let browser: Browser;
let ada: Visitor;
let alan: Visitor;

beforeAll(async () => {
  cluster = await TrialCluster.start();
  browser = await launchBrowser();
  ada = await Visitor.open(browser, cluster.url);
  alan = await Visitor.open(browser, cluster.url);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await cluster.close();
});

async function seeEachOther(): Promise<void> {
  const [first, second] = [await ada.participantId(), await alan.participantId()];
  await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
}

/** What is done while the connection is away may be refused: people do it again. */
async function raiseHand(visitor: Visitor, tile: Locator): Promise<void> {
  await eventually(async () => {
    const raise = visitor.button('Raise hand');
    if (await raise.isVisible()) await raise.click();
    await tile.getByText('Hand raised').waitFor({ timeout: 2_000 });
  }, 20_000);
}

it('shows a meeting that goes on when any of the signaling nodes is lost', async () => {
  await ada.signUp('Ada Lovelace');
  const path = await ada.startMeeting();
  await alan.joinAsGuest(path, 'Alan');
  await seeEachOther();
  const id = await ada.participantId();
  // One of the two has the meeting.
  for (const name of ['signaling-1', 'signaling-2']) {
    process.kill(cluster.pidOf(name), 'SIGKILL');
    await cluster.says(`${name} was ended by SIGKILL`);
    await seeEachOther();
    await raiseHand(ada, alan.tile(id));
    await ada.button('Lower hand').click();
    await alan.tile(id).getByText('Hand raised').waitFor({ state: 'detached' });
    expect(await ada.participantId()).toBe(id);
    await cluster.says(`${name} is back`);
  }
}, 120_000);
