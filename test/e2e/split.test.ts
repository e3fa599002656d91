import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { spread } from '../support/placements.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe('two people on different workers', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;

  beforeAll(async () => {
    server = await startTestServer({ PARLEY_MEDIA_WORKERS: '2' }, { placement: spread() });
    browser = await launchBrowser();
    [ada, alan] = await Promise.all([
      Visitor.open(browser, server.url),
      Visitor.open(browser, server.url),
    ]);
    await ada.signUp('Ada Lovelace');
    const path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan Turing');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  it('see and hear each other, and again after each of the workers is killed', async () => {
    await seeEachOther();
    const [meeting] = server.meetings.liveMeetings;
    const placement = server.cascade.placementOf(meeting?.record.id ?? '');
    expect(placement?.routers.map(({ participants }) => participants)).toEqual([1, 1]);
    for (const { index, pid } of server.media.workers) {
      process.kill(pid, 'SIGKILL');
      await eventually(() => {
        expect(server.media.workers.find((worker) => worker.index === index)?.pid ?? pid).not.toBe(
          pid,
        );
      });
      await seeEachOther();
    }
  });
});
