import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../support/TcpProxy.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { UdpRelay } from '../support/UdpRelay.ts';
import { framesOf, largestGap, watchFrames } from './support/frames.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;
/** New addresses work so long after the old ones died. */
const CHANGE_MS = 300;

/** Longer than any fault here but the last. */
const GRACE_MS = 12_000;

describe('a meeting whose network breaks', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let path: string;
  /** Alan's, for everything but media. */
  let cable: TcpProxy;
  /** Everybody's, for media. */
  let air: UdpRelay;
  /** What Alan's page asks the server for. */
  let asked: string[];

  beforeAll(async () => {
    air = await UdpRelay.start();
    server = await startTestServer({
      ...air.env,
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: String(GRACE_MS),
    });
    browser = await launchBrowser();
    cable = await TcpProxy.start(server.port);
    ada = await Visitor.open(browser, server.url);
    await ada.signUp('Ada Lovelace');
    path = await ada.startMeeting();
  });
  afterAll(async () => {
    await browser.close();
    cable.close();
    air.close();
    await server.close();
  });
  beforeEach(async () => {
    cable.restore();
    alan = await Visitor.open(browser, cable.url);
    asked = noteRequests(alan.page);
    await alan.joinAsGuest(path, 'Alan');
    await seeEachOther();
    asked.length = 0;
  });
  afterEach(async () => {
    await alan.close();
  });

  function noteRequests(page: Page): string[] {
    const names: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const [, name] = /^42\d*\["([\w-]+)"/.exec(payload.toString()) ?? [];
        if (name !== undefined) names.push(name);
      }),
    );
    return names;
  }

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  function banner(of: Visitor) {
    return of.page.getByTestId('connection-banner');
  }

  it.each([1_000, 5_000])('shows moving pictures while signaling is away for %i ms', async (ms) => {
    const before = await alan.participantId();
    const adaId = await ada.participantId();
    await watchFrames(alan.page, adaId);
    await watchFrames(ada.page, before);
    // A machine that is busy with something else stutters by itself: as long as the cut, before it.
    await sleep(ms);
    const [usualOfAda, usualOfAlan] = await gaps();
    const from = Date.now();
    cable.cut();
    const over = sleep(ms);
    await banner(alan).getByText('Looking for the server').waitFor();
    await ada.button('Raise hand').click();
    await ada.button('Turn off microphone').click();
    await alan.button('Turn off microphone').click();
    await ada.button('Turn on microphone').waitFor();
    await over;
    cable.restore();
    await banner(alan).waitFor({ state: 'detached' });
    const [ofAda, ofAlan] = await gaps(from);
    expect(ofAda).toBeLessThan(Math.max(STUTTER_MS, 2 * usualOfAda));
    expect(ofAlan).toBeLessThan(Math.max(STUTTER_MS, 2 * usualOfAlan));

    expect(await alan.participantId()).toBe(before);
    await alan.tile(adaId).getByText('Hand raised').waitFor();
    await alan.tile(adaId).getByTitle('Microphone off').waitFor();
    await ada.tile(before).getByTitle('Microphone off').waitFor();
    await alan.button('Turn on microphone').click();
    await ada.button('Turn on microphone').click();
    await ada.button('Lower hand').click();
    await alan.tile(adaId).getByText('Hand raised').waitFor({ state: 'detached' });
    await seeEachOther();

    async function gaps(since = 0): Promise<[number, number]> {
      const seen = await framesOf(alan.page, adaId);
      const shown = await framesOf(ada.page, before);
      const gapOf = (frames: number[]) => largestGap(frames.filter((at) => at >= since));
      return [gapOf(seen), gapOf(shown)];
    }
  });

  it('finds a new way for media when the old one dies without a word', async () => {
    const before = await alan.participantId();
    air.silence();
    await banner(alan).getByText('Finding a new way for sound and picture').waitFor();
    await banner(alan).waitFor({ state: 'detached' });
    await banner(ada).waitFor({ state: 'detached' });
    await seeEachOther();
    expect(await alan.participantId()).toBe(before);
    expect(asked).toContain('restart-ice');
    // The same transports: neither built anew nor entered again.
    expect(asked).not.toContain('create-transport');
    expect(asked).not.toContain('join-meeting');
  });

  it('comes back when its address changes and neither connection is told', async () => {
    const before = await alan.participantId();
    cable.silence();
    air.silence();
    const changed = sleep(CHANGE_MS).then(() => cable.restore());
    await eventually(() => expect(asked).toContain('resume-meeting'));
    await changed;
    await banner(alan).waitFor({ state: 'detached' });
    await seeEachOther();
    expect(await alan.participantId()).toBe(before);
    expect(asked).not.toContain('join-meeting');
  });

  it('can be left while it looks for the way back', async () => {
    cable.cut();
    await banner(alan).getByRole('button', { name: 'Leave' }).click();
    await alan.page.getByText('You left the meeting').waitFor();
  });

  it('says that the microphone is gone when its permission is withdrawn, and takes it back', async () => {
    const origin = new URL(cable.url).origin;
    const microphone = { name: 'microphone' };
    const devtools = await browser.newBrowserCDPSession();
    const { targetInfos } = await devtools.send('Target.getTargets');
    const { browserContextId } =
      targetInfos.find(({ url }) => url.startsWith(origin)) ?? expect.fail('no page of Alan');
    const decide = (setting: 'denied' | 'granted') =>
      devtools.send('Browser.setPermission', {
        permission: microphone,
        setting,
        origin,
        ...(browserContextId !== undefined && { browserContextId }),
      });
    await decide('denied');
    await alan.page.getByText('The browser does not let the page use your microphone').waitFor();
    await alan.button('Turn on microphone').waitFor();
    await ada
      .tile(await alan.participantId())
      .getByTitle('Microphone off')
      .waitFor();
    await decide('granted');
    await alan.page.getByText('The microphone works again').waitFor();
    await alan.button('Turn off microphone').waitFor();
    await seeEachOther();
  });

  it('leaves its own path alone when somebody else falls silent', async () => {
    const doomed = await launchBrowser();
    const grace = await Visitor.open(doomed, server.url);
    await grace.signUp('Grace Hopper');
    const other = await grace.startMeeting();
    const graceId = await grace.participantId();
    await alan.button('Leave').click();
    await alan.joinAsGuest(other, 'Alan');
    await alan.seesAndHears([graceId]);
    // Nothing of his own that the server would acknowledge.
    await alan.button('Turn off camera').click();
    await alan.button('Turn off microphone').click();
    await alan.button('Turn on microphone').waitFor();
    asked.length = 0;
    const crash = await doomed.newBrowserCDPSession();
    await crash.send('Browser.crash').catch(() => undefined);
    await alan.tile(graceId).getByText('Reconnecting…').waitFor();
    await alan.tile(graceId).waitFor({ state: 'detached' });
    expect(asked).not.toContain('restart-ice');
    expect(await banner(alan).isVisible()).toBe(false);
  });
});
