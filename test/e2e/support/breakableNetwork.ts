import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';
import { TcpProxy } from '../../support/TcpProxy.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { UdpRelay } from '../../support/UdpRelay.ts';
import { SMALL_PICTURES } from './smallPictures.ts';
import { launchBrowser, Visitor, type BrowserOptions } from './Visitor.ts';

/** Longer than any fault that is to be survived. */
const GRACE_MS = 12_000;

/** Ada and Alan in a meeting, for each test anew, over a network that can be broken. */
export function useBreakableNetwork(browserOptions: BrowserOptions = {}) {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let path: string;
  let cable: TcpProxy;
  let air: UdpRelay;
  let asked: string[];

  beforeAll(async () => {
    air = await UdpRelay.start();
    server = await startTestServer({
      ...air.env,
      ...SMALL_PICTURES,
      ...(await databaseEnv('PostgreSQL')),
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: String(GRACE_MS),
    });
    browser = await launchBrowser(browserOptions);
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

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  return {
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    get ada() {
      return ada;
    },
    get alan() {
      return alan;
    },
    /** Alan's way, for everything but media. */
    get cable() {
      return cable;
    },
    /** Everybody's, for media. */
    get air() {
      return air;
    },
    /** What Alan's page has asked the server for. */
    get asked() {
      return asked;
    },
    seeEachOther,
  };
}

export function banner(of: Visitor) {
  return of.page.getByTestId('connection-banner');
}

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
