import { describe, expect, test } from 'vitest';
import { readInventories } from '../../../../../server/media/cascade/readInventories.ts';
import type {
  LinkInventory,
  ParticipantInventory,
  RouterInventory,
} from '../../../../../server/media/MediaExecutor.ts';

const at = (nodeId: string, worker: number) => ({ nodeId, worker });

function router(worker: number, more: Partial<RouterInventory> = {}): RouterInventory {
  const rtpCapabilities = { codecs: [], headerExtensions: [] };
  return { worker, rtpCapabilities, participants: [], links: [], ...more };
}

function person(participantId: string, producerIds: string[] = []): ParticipantInventory {
  return {
    participantId,
    moveId: 0,
    transports: {},
    producers: producerIds.map((producerId) => ({
      producerId,
      requestId: null,
      kind: 'audio',
      source: 'microphone',
      paused: false,
      layers: null,
      maxSpatialLayer: -1,
    })),
    consumers: [],
  };
}

function link(
  linkId: string,
  peer: LinkInventory['peer'],
  outgoing: string[] = [],
  incoming: string[] = [],
): LinkInventory {
  return {
    linkId,
    peer,
    connected: true,
    outgoing,
    incoming: incoming.map((producerId) => ({ producerId, paused: false, maxSpatialLayer: -1 })),
  };
}

describe('readInventories', () => {
  test('finds nothing where there is nothing', () => {
    expect(readInventories([{ nodeId: 'a', routers: [] }])).toMatchObject({
      routers: [],
      rtpCapabilities: null,
      participants: [],
    });
  });

  test('follows producers from home over an entry to another worker', () => {
    const found = readInventories([
      {
        nodeId: 'b',
        routers: [
          router(1, { links: [link('y', at('b', 0), [], ['mic'])] }),
          router(0, {
            participants: [person('bob')],
            links: [link('x', at('a', 0), [], ['mic']), link('y', at('b', 1), ['mic'])],
          }),
        ],
      },
      {
        nodeId: 'a',
        routers: [
          router(0, {
            participants: [person('ann', ['mic'])],
            links: [link('x', at('b', 0), ['mic'])],
          }),
        ],
      },
    ]);
    expect(
      found.participants.map(({ participant, home }) => [participant.participantId, home]),
    ).toEqual([
      ['ann', at('a', 0)],
      ['bob', at('b', 0)],
    ]);
    expect(found.links.map(({ linkId }) => linkId).sort()).toEqual(['x', 'y']);
    expect(found.copies).toMatchObject([
      { producerId: 'mic', from: at('a', 0), at: at('b', 0) },
      { producerId: 'mic', from: at('b', 0), at: at('b', 1) },
    ]);
    // The same place is the same object: what is known of it hangs on that.
    expect(found.routers).toContain(found.copies[0]?.at);
    expect(found).toMatchObject({ strayLinks: [], strayPipes: [], strayParticipants: [] });
  });

  test('finds who was in the middle of a move, where they were and where they went', () => {
    const moved = (moveId: number) => ({ ...person('ada', [`of-move-${moveId}`]), moveId });
    const found = readInventories([
      { nodeId: 'b', routers: [router(0, { participants: [moved(3)] })] },
      { nodeId: 'a', routers: [router(0, { participants: [moved(2)] })] },
      { nodeId: 'c', routers: [router(0, { participants: [moved(1)] })] },
    ]);
    expect(found.participants).toMatchObject([{ home: at('a', 0) }]);
    expect(found.moves).toMatchObject([{ home: at('b', 0) }]);
    expect(found.strayParticipants).toEqual([{ participantId: 'ada', at: at('c', 0) }]);
    expect(found.producers.map(({ producer, home }) => [producer.producerId, home])).toEqual([
      ['of-move-2', at('a', 0)],
      ['of-move-3', at('b', 0)],
    ]);
  });

  test('keeps who is on a node of a version that knows no moves', () => {
    const { moveId: _, ...told } = person('ada', ['mic']);
    const found = readInventories([
      { nodeId: 'a', routers: [router(0, { participants: [told] })] },
    ]);
    expect(found).toMatchObject({ participants: [{ home: at('a', 0) }], strayParticipants: [] });
  });

  test('calls stray what nothing explains', () => {
    const unconnected = { ...link('young', at('b', 0)), connected: false };
    const found = readInventories([
      {
        nodeId: 'a',
        routers: [
          router(0, {
            participants: [person('ann', ['mic'])],
            links: [link('x', at('b', 0), ['mic', 'lost-on-the-way']), unconnected],
          }),
        ],
      },
      {
        nodeId: 'b',
        routers: [
          router(0, {
            participants: [person('ann')],
            links: [
              link('x', at('a', 0), [], ['mic', 'of-nobody']),
              link('half', at('c', 0), [], ['of-c']),
            ],
          }),
        ],
      },
    ]);
    expect(found.strayParticipants).toEqual([{ participantId: 'ann', at: at('b', 0) }]);
    expect(found.strayLinks).toEqual([
      { linkId: 'young', at: at('a', 0) },
      { linkId: 'half', at: at('b', 0) },
    ]);
    expect(found.copies).toMatchObject([{ producerId: 'mic' }]);
    expect(found.strayPipes).toEqual([
      { linkId: 'x', at: at('a', 0), producerIds: ['lost-on-the-way'] },
      { linkId: 'x', at: at('b', 0), producerIds: ['of-nobody'] },
    ]);
  });
});
