import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { useClusterMeeting } from '../support/clusterMeeting.ts';
import { framesOf, largestGap, watchFrames } from '../support/frames.ts';
import { SMOOTH } from '../support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;

describe('a meeting on a cluster', () => {
  const meeting = useClusterMeeting(SMOOTH);

  it('shows moving pictures while the node that owns it is killed, and all of its clients come back', async () => {
    const { ada, address, alan, other, owner, seeEachOther } = meeting;
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

  inFull('shows moving pictures while Redis and PostgreSQL are away', async () => {
    const { ada, alan, cluster, seeEachOther } = meeting;
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
});

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
