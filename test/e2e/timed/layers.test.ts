import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { TWO_WORKERS, type Host } from '../support/hosting.ts';
import { launchBrowser, SMOOTH, Visitor } from '../support/Visitor.ts';

/** Bandwidth estimation needs a while before it lets the best layer through. */
const PATIENCE_MS = 40_000;

/** Over a pipe they are chosen twice: by who receives, and of those by who sends on. */
describe(`layers of a camera ${TWO_WORKERS.where}`, () => {
  let server: Host;
  let browser: Browser;
  let publisher: Visitor;
  let viewer: Visitor;
  let publisherId: string;

  beforeAll(async () => {
    server = await TWO_WORKERS.start();
    browser = await launchBrowser(SMOOTH);
    publisher = await Visitor.open(browser, server.url);
    viewer = await Visitor.open(browser, server.url);
    await publisher.signUp('Ada Lovelace');
    const path = await publisher.startMeeting();
    await viewer.comeTo(path, 'Viewer');
    await viewer.button('Turn off camera').click();
    await viewer.enter();
    publisherId = await publisher.participantId();
    await viewer.seesAndHears([publisherId]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  async function received() {
    const { inbound } = await viewer.stats();
    return inbound.find(({ kind }) => kind === 'video');
  }

  async function encodedLayers(): Promise<string[]> {
    const rids = async () =>
      new Map(
        (await publisher.stats()).outbound
          .filter(({ source }) => source === 'camera')
          .map(({ rid, framesEncoded }) => [rid ?? '', framesEncoded]),
      );
    const before = await rids();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = await rids();
    return [...after]
      .filter(([rid, frames]) => frames > (before.get(rid) ?? 0))
      .map(([rid]) => rid);
  }

  it('are the best for a tile that fills the stage', async () => {
    await eventually(async () => expect((await received())?.frameWidth).toBe(1280), PATIENCE_MS);
  });

  it('are small for a small tile, and larger ones are not even encoded', async () => {
    await viewer.page.setViewportSize({ width: 320, height: 420 });
    await eventually(async () => {
      expect((await received())?.frameWidth).toBeLessThanOrEqual(640);
      expect(await encodedLayers()).not.toContain('r2');
    }, PATIENCE_MS);
  });

  it('stop altogether while nobody looks, and come back at once', async () => {
    await viewer.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually(async () => {
      const before = await received();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await received())?.packetsReceived).toBe(before?.packetsReceived);
    }, PATIENCE_MS);
    await eventually(async () => expect(await encodedLayers()).toEqual([]), PATIENCE_MS);
    await viewer.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await viewer.seesAndHears([publisherId]);
  });

  it('are best again when the tile is large again', async () => {
    await viewer.page.setViewportSize({ width: 1280, height: 800 });
    await eventually(async () => expect((await received())?.frameWidth).toBe(1280), PATIENCE_MS);
  });
});
