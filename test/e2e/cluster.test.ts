import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../support/ClusterOfProcesses.ts';
import { eventually } from '../support/eventually.ts';
import type { NodeProcess } from '../support/NodeProcess.ts';
import { framesOf, largestGap, watchFrames } from './support/frames.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;

describe('a meeting on a cluster', () => {
  let cluster: ClusterOfProcesses;
  let browser: Browser;
  let owner: NodeProcess;
  let other: NodeProcess;
  let ada: Visitor;
  let alan: Visitor;

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'));
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [owner, other] = [one, two];
    browser = await launchBrowser();
    ada = await Visitor.open(browser, owner.url);
    alan = await Visitor.open(browser, other.url);
    await ada.signUp('Ada Lovelace');
    const path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan');
    await seeEachOther();
  });
  afterEach(async () => {
    await browser.close();
    await cluster.close();
  });

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  it('shows moving pictures while the node that owns it is killed', async () => {
    const adas = await ada.participantId();
    await watchFrames(alan.page, adas);
    await eventually(async () =>
      expect((await framesOf(alan.page, adas)).length).toBeGreaterThan(5),
    );
    const epoch = Date.now();
    await owner.kill();
    // Alan's node has the meeting now: what he does works.
    await alan.button('Raise hand').click();
    await alan.page.getByRole('button', { name: 'Lower hand' }).waitFor();
    const seen = (await framesOf(alan.page, adas)).filter((at) => at > epoch - 1_000);
    expect(largestGap(seen)).toBeLessThan(STUTTER_MS);
  });

  it('has sound and pictures again when a media node is killed', async () => {
    for (const node of cluster.media) {
      if (node === cluster.media[0]) await node.kill();
    }
    await seeEachOther();
  });
});
