import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseEnv } from '../support/backends.ts';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../support/TcpProxy.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe('a meeting in which things break', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let path: string;
  /** Alan's, for everything but media. */
  let cable: TcpProxy;

  beforeAll(async () => {
    server = await startTestServer({
      ...SMALL_PICTURES,
      ...(await databaseEnv('PostgreSQL')),
      PARLEY_MEDIA_WORKERS: '2',
      // Longer than any of these tests waits: whoever goes on purpose must not need it.
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: '600000',
    });
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    cable = await TcpProxy.start(server.port);
    alan = await Visitor.open(browser, cable.url);
    await ada.signUp('Ada Lovelace');
    path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan');
  });
  afterAll(async () => {
    await browser.close();
    cable.close();
    await server.close();
  });
  beforeEach(async () => {
    await seeEachOther();
  });

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  it('comes back into the meeting after a reload, as the same participant', async () => {
    const before = await alan.participantId();
    await alan.button('Turn off microphone').click();
    await alan.button('Turn on microphone').waitFor();
    await alan.page.reload();
    await alan.stage.waitFor();
    expect(await alan.participantId()).toBe(before);
    // Muted as before.
    await alan.button('Turn on microphone').click();
    await alan.button('Turn off microphone').waitFor();
    expect(server.meetings.liveMeetings[0]?.participants).toHaveLength(2);
    await seeEachOther();
  });

  it('sees somebody go who closes the tab', async () => {
    const grace = await Visitor.open(browser, server.url);
    await grace.joinAsGuest(path, 'Grace');
    const tile = ada.tile(await grace.participantId());
    await tile.waitFor();
    await grace.page.close();
    await tile.waitFor({ state: 'detached' });
  });

  it('goes on when the media worker is killed', async () => {
    const [meeting] = server.meetings.liveMeetings;
    const victim = server.media.workerOf(meeting?.record.id ?? '');
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await eventually(() => {
      expect(server.media.workerOf(meeting?.record.id ?? '')?.pid).not.toBe(victim?.pid);
    });
    await seeEachOther();
    await eventually(() => expect(server.media.workers).toHaveLength(2));
  });

  it('says that it is offline, then reconnects, and misses nothing', async () => {
    const before = await alan.participantId();
    await alan.context.setOffline(true);
    cable.cut();
    await alan.page.getByTestId('connection-banner').getByText('Offline').waitFor();
    const id = await alan.participantId();
    await ada.tile(id).getByText('Reconnecting…').waitFor();
    await ada.button('Raise hand').click();
    await alan.context.setOffline(false);
    cable.restore();
    await alan.page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    expect(await alan.participantId()).toBe(before);
    await alan
      .tile(await ada.participantId())
      .getByText('Hand raised')
      .waitFor();
    await ada.button('Lower hand').click();
    await seeEachOther();
  });

  it('moves a call to the tab that joins last', async () => {
    const tab = await ada.context.newPage();
    await tab.goto(new URL(ada.page.url()).pathname);
    await tab.getByTestId('join-button').click();
    await tab.getByTestId('meeting-stage').waitFor();
    await ada.page.getByText('The call goes on on your other device').waitFor();
    await tab.close();
    await ada.button('Join again').click();
    await ada.page.getByTestId('join-button').click();
    await ada.stage.waitFor();
    await seeEachOther();
  });

  it('leaves a call where another device has taken it over meanwhile', async () => {
    const laptop = await Visitor.open(browser, cable.url);
    await laptop.signUp('Edsger Dijkstra');
    await laptop.comeTo(path);
    await laptop.enter();
    const id = await laptop.participantId();
    const phone = await laptop.onOtherDevice(browser, server.url);
    cable.cut();
    await ada.tile(id).getByText('Reconnecting…').waitFor();
    await phone.comeTo(path);
    await phone.enter();
    expect(await phone.participantId()).toBe(id);
    cable.restore();
    await laptop.page.getByText('The call goes on on your other device').waitFor();
    await ada.seesAndHears([id]);
    expect(phone.complaints).toEqual([]);
    await Promise.all([laptop.close(), phone.close()]);
  });
});
