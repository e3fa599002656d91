import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { bannersOf, watchBanner } from '../support/banners.ts';
import { controlOf, largestStall, playControl } from '../support/control.ts';
import { framesOf, largestGap, watchFrames } from '../support/frames.ts';
import { SMALL_PICTURES } from '../support/smallPictures.ts';
import { launchBrowser, SMOOTH, Visitor } from '../support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;
/**
 * Three browsers and five servers on two cores that others use, too, stand still for reasons of their
 * own. So each page plays a picture that does not cross Parley. While none of these stands still longer
 * than this, a pause is Parley's, and the gate holds as it is.
 */
const QUIET_MS = 200;
/** Otherwise: who sends and who receives may each have stood still as long as the worst of them did. */
const ENDS = 2;
/** Somebody who sends is moved in some 5 s, one after another. */
const DRAIN_TIMEOUT_MS = 90_000;
const TEST_TIMEOUT_MS = DRAIN_TIMEOUT_MS + 60_000;

describe('a meeting whose media node is asked to stop', () => {
  let cluster: ClusterOfProcesses;
  let browser: Browser;
  let people: Visitor[];

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'), {
      env: {
        PARLEY_NODE_DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
        // Whoever moves sends everything twice: a small machine has to keep up, so that the way is what
        // is measured. One layer, because a browser that gets no processor time takes that for a narrow
        // network and gives up the upper one, which the server notices more than a second later, moved or not.
        ...SMALL_PICTURES,
      },
    });
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    browser = await launchBrowser(SMOOTH);
    const [ada, alan] = await Promise.all([
      Visitor.open(browser, one.url),
      Visitor.open(browser, two.url),
    ]);
    people = [ada, alan];
    await ada.signUp('Ada Lovelace');
    const path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan');
  });
  afterEach(async () => {
    await browser.close();
    await cluster.close();
  });

  /** The node with the routers: whoever joins is placed where the meeting is. */
  function carrier(): NodeProcess {
    const carriers = cluster.media.filter(({ log }) =>
      log.some((line) => line.includes('router opened')),
    );
    const [node] = carriers;
    if (!node || carriers.length > 1) throw new Error('one node has all of the meeting');
    return node;
  }

  it(
    'goes on without a pause on another node, with everything as it was',
    { timeout: TEST_TIMEOUT_MS },
    async ({ annotate }) => {
      const [, alan] = people;
      const ids = await Promise.all(people.map((one) => one.participantId()));
      const others = (of: number): string[] => ids.filter((_, index) => index !== of);
      await Promise.all(people.map((one, index) => one.seesAndHears(others(index))));
      await alan?.button('Share screen').click();
      await alan?.button('Turn off microphone').click();
      await alan?.button('Raise hand').click();
      await alan?.page.getByRole('button', { name: 'Stop sharing' }).waitFor();
      const pairs = people.flatMap((seer, index) =>
        others(index).map((seen) => ({ page: seer.page, seer: ids[index], seen })),
      );
      await Promise.all(pairs.map(({ page, seen }) => watchFrames(page, seen)));
      await Promise.all(people.map(({ page }) => playControl(page)));
      await Promise.all(people.map(({ page }) => watchBanner(page)));
      await eventually(async () => {
        for (const { page, seen } of pairs) {
          expect((await framesOf(page, seen)).length).toBeGreaterThan(10);
          expect((await controlOf(page)).length).toBeGreaterThan(10);
        }
      });

      const begun = Date.now();
      expect(await carrier().terminate()).toBe(0);
      const took = Date.now() - begun;
      // Some pictures by the new way alone.
      await eventually(async () => {
        for (const { page, seen } of pairs) {
          const later = (await framesOf(page, seen)).filter((at) => at > begun + took);
          expect(later.length).toBeGreaterThan(10);
        }
      });
      const until = Date.now();
      const during = (frames: number[]): number[] => [
        ...frames.filter((at) => at > begun - 1_000 && at < until),
        until,
      ];
      const gaps = await Promise.all(
        pairs.map(async ({ page, seer, seen }) => {
          return { seer, seen, gap: largestGap(during(await framesOf(page, seen))) };
        }),
      );
      const stalls = await Promise.all(
        people.map(async ({ page }) => largestStall(during(await controlOf(page)))),
      );
      const [gap, stall] = [Math.max(...gaps.map((one) => one.gap)), Math.max(...stalls)];
      await annotate(
        `drained in ${took} ms; largest gap ${Math.round(gap)} ms; the machine stood still ${Math.round(stall)} ms`,
      );
      const allowed = STUTTER_MS + (stall < QUIET_MS ? 0 : ENDS * stall);
      expect(gaps.filter((one) => !(one.gap < allowed))).toEqual([]);
      expect(took).toBeLessThan(DRAIN_TIMEOUT_MS);
      expect(await Promise.all(people.map(({ page }) => bannersOf(page)))).toEqual([[], []]);
      await alan?.button('Turn on microphone').click();
      await alan?.button('Turn off microphone').waitFor();
      await Promise.all(people.map((one, index) => one.seesAndHears(others(index))));
      await alan?.page.getByRole('button', { name: 'Lower hand' }).waitFor();
      await alan?.page.getByRole('button', { name: 'Stop sharing' }).waitFor();
    },
  );
});
