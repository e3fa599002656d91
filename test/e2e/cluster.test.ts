import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../support/ClusterOfProcesses.ts';
import { eventually } from '../support/eventually.ts';
import type { NodeProcess } from '../support/NodeProcess.ts';
import { TcpProxy } from '../support/TcpProxy.ts';
import { framesOf, largestGap, watchFrames } from './support/frames.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;

describe('a meeting on a cluster', () => {
  let cluster: ClusterOfProcesses;
  let browser: Browser;
  let owner: NodeProcess;
  let other: NodeProcess;
  /** Where Ada finds a signaling node. */
  let address: TcpProxy;
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
    address = await TcpProxy.start(Number(new URL(owner.url).port));
    ada = await Visitor.open(browser, address.url);
    alan = await Visitor.open(browser, other.url);
    await ada.signUp('Ada Lovelace');
    const path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan');
    await seeEachOther();
  });
  afterEach(async () => {
    await browser.close();
    address.close();
    await cluster.close();
  });

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  /** Largest gap between pictures of somebody on a page, from a second before `act` until after it. */
  async function gapDuring(page: Page, of: string, act: () => Promise<void>): Promise<number> {
    await watchFrames(page, of);
    await eventually(async () => expect((await framesOf(page, of)).length).toBeGreaterThan(5));
    const since = Date.now() - 1_000;
    await act();
    const before = (await framesOf(page, of)).length;
    await eventually(async () => expect((await framesOf(page, of)).length).toBeGreaterThan(before));
    return largestGap((await framesOf(page, of)).filter((at) => at > since));
  }

  it('shows moving pictures while the node that owns it is killed, and all of its clients come back', async () => {
    const [adas, alans] = [await ada.participantId(), await alan.participantId()];
    // So fast that a banner may be gone before it is looked for: another WebSocket that was answered.
    const backOnline = ada.page.waitForEvent('websocket', {
      // One that is refused, while the way leads nowhere yet, is followed by others.
      predicate: (socket) =>
        socket
          .waitForEvent('framereceived', ({ payload }) => payload.toString().startsWith('40'))
          .then(
            () => true,
            () => false,
          ),
    });
    const gaps = await Promise.all([
      gapDuring(alan.page, adas, async () => {
        await owner.kill();
        address.turnTo(Number(new URL(other.url).port));
        // Alan's node has the meeting now: what he does works.
        await alan.button('Raise hand').click();
        await alan.button('Lower hand').waitFor();
      }),
      gapDuring(ada.page, alans, async () => {
        // Ada's node is gone; the other takes her back into her place.
        await backOnline;
        await ada.page.getByTestId('connection-banner').waitFor({ state: 'hidden' });
      }),
    ]);
    expect(Math.max(...gaps)).toBeLessThan(STUTTER_MS);
    expect(await ada.participantId()).toBe(adas);
    await ada.button('Raise hand').click();
    await ada.button('Lower hand').waitFor();
    await seeEachOther();
  });

  it('has a hand up that was raised just as the node died, or while nobody was there', async () => {
    const adas = await ada.participantId();
    owner.signal('SIGSTOP');
    await ada.button('Raise hand').click();
    address.cut();
    await owner.kill();
    await ada.page.getByTestId('connection-banner').waitFor();
    await alan.button('Raise hand').click();
    await alan.button('Lower hand').waitFor();
    address.turnTo(Number(new URL(other.url).port));
    address.restore();
    await ada.button('Lower hand').waitFor();
    await alan.tile(adas).getByText('Hand raised').waitFor();

    address.cut();
    await ada.page.getByTestId('connection-banner').waitFor();
    await ada.button('Lower hand').click();
    address.restore();
    await ada.button('Raise hand').waitFor();
    await alan.tile(adas).getByText('Hand raised').waitFor({ state: 'detached' });
  });

  it('shows moving pictures while Redis and PostgreSQL are away', async () => {
    const adas = await ada.participantId();
    const gap = await gapDuring(alan.page, adas, async () => {
      await cluster.redis.stop();
      cluster.database.cut();
      await alan.button('Raise hand').click();
      await alan.button('Lower hand').waitFor();
      await cluster.redis.start();
      cluster.database.restore();
    });
    expect(gap).toBeLessThan(STUTTER_MS);
    await seeEachOther();
  });

  it('has sound and pictures again when the media node that carries them is killed', async () => {
    const carrier = await carrierOf(cluster.media);
    await carrier.kill();
    await seeEachOther();
  });

  it('has sound and pictures again when the media node that carries them freezes', async () => {
    const carrier = await carrierOf(cluster.media);
    carrier.signal('SIGSTOP');
    await seeEachOther();
    // What wakes up has lost its meetings.
    carrier.signal('SIGCONT');
    await seeEachOther();
  });
});

/** The media node with the most producers. */
async function carrierOf(nodes: readonly NodeProcess[]): Promise<NodeProcess> {
  const counts = await Promise.all(
    nodes.map(async (node) => {
      const metrics = await (await fetch(`${node.url}/metrics`)).text();
      return { node, producers: Number(/^parley_producers (\d+)/m.exec(metrics)?.[1] ?? 0) };
    }),
  );
  const [most] = counts.toSorted((a, b) => b.producers - a.producers);
  if (!most || most.producers === 0) throw new Error('no node carries anything');
  return most.node;
}
