import { describe, it } from 'vitest';
import { inFull } from '../support/extent.ts';
import type { NodeProcess } from '../support/NodeProcess.ts';
import { useClusterMeeting } from './support/clusterMeeting.ts';

describe('a meeting on a cluster that loses a node', () => {
  const meeting = useClusterMeeting();

  inFull(
    'has a hand up that was raised just as the node died, or while nobody was there',
    async () => {
      const { ada, address, alan, other, owner } = meeting;
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
    },
  );

  it('has sound and pictures again when the media node that carries them is killed', async () => {
    const { cluster, seeEachOther } = meeting;
    const carrier = await carrierOf(cluster.media);
    await carrier.kill();
    await seeEachOther();
  });

  inFull('has sound and pictures again when the media node that carries them freezes', async () => {
    const { cluster, seeEachOther } = meeting;
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
