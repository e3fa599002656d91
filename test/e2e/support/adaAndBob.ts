import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openAdaAndBob, type CallVisitor } from './callers.ts';
import type { Arrangement, Host } from './hosting.ts';
import { launchBrowser } from './Visitor.ts';

/** Ada and Bob, who know each other, for each test anew, at a server of the file's own. */
export function useAdaAndBob(start: Arrangement['start'], env: Record<string, string> = {}) {
  let server: Host;
  let browser: Browser;
  let ada: CallVisitor;
  let bob: CallVisitor;

  beforeAll(async () => {
    server = await start(env);
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    [ada, bob] = await openAdaAndBob(browser, server);
  });
  afterEach(async () => {
    await Promise.all([ada.visitor.close(), bob.visitor.close()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

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
    get bob() {
      return bob;
    },
  };
}
