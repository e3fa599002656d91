import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { feedCapabilities } from '../../../server/meetings/feed.ts';
import { useCascade } from '../../support/cascades.ts';
import { eventually } from '../../support/eventually.ts';

const cascades = useCascade();
const MAX = { width: 1280, height: 720 };

let socket: Socket;
/** RTP by where it comes from. */
let heard: Map<number, number>;
beforeEach(async () => {
  heard = new Map();
  socket = createSocket('udp4').bind(0, '127.0.0.1');
  socket.on('message', (packet) => {
    const isRtcp = packet.readUInt8(1) >= 192 && packet.readUInt8(1) <= 223;
    const ssrc = packet.readUInt32BE(8);
    if (!isRtcp) heard.set(ssrc, (heard.get(ssrc) ?? 0) + 1);
  });
  await once(socket, 'listening');
});
afterEach(() => void socket.close());

/** A meeting with one who sends on node a, and a program on `nodeId` that gets it. */
async function feed(nodeId: string) {
  const meeting = await cascades.begin();
  const { producerId, session } = await meeting.publish('ada', 'a', 0);
  const { cascade, meetingId } = meeting;
  const key = { meetingId, participantId: 'mixer-1' };
  const { rtpCapabilities } = await cascade.openMeeting(meetingId, 1);
  const request = {
    ...{ nodeId, ip: '127.0.0.1', port: socket.address().port },
    rtpCapabilities: feedCapabilities(rtpCapabilities),
  };
  const begin = async () => {
    const { transportId } = await cascade.openFeed(key, request);
    const { consumers, refused } = await cascade.consume(key, transportId, [producerId]);
    expect(refused).toEqual([]);
    await cascade.updateViews(key, [{ producerId, ...MAX }]);
    await cascade.resumeConsumers(
      key,
      consumers.map(({ id }) => id),
    );
    const ssrc = consumers[0]?.rtpParameters.encodings?.[0]?.ssrc ?? 0;
    return { ssrc, consumerId: consumers[0]?.id ?? '' };
  };
  const flows = async (ssrc: number) => {
    const before = heard.get(ssrc) ?? 0;
    await eventually(() => expect(heard.get(ssrc) ?? 0).toBeGreaterThan(before + 10));
  };
  return { meeting, key, session, producerId, begin, flows };
}

describe.each([
  ['the node of who sends', 'a'],
  ['another node', 'b'],
])('a program on %s', (_, nodeId) => {
  test('gets what is sent in a meeting by plain RTP', async () => {
    const { begin, flows, meeting } = await feed(nodeId);
    const { ssrc } = await begin();
    await flows(ssrc);
    const routers = await meeting.inventory(nodeId);
    const there = routers.flatMap(({ participants }) =>
      participants.map((one) => one.participantId),
    );
    expect(there).toContain('mixer-1');
  });
});

test('after its worker was lost it is told, and gets everything anew on the same node', async () => {
  const { begin, flows, meeting } = await feed('b');
  await flows((await begin()).ssrc);
  const [router] = await meeting.inventory('b');
  meeting.kill('b', router?.worker ?? 0);
  await eventually(() =>
    expect(meeting.events.resets.flatMap(({ participantIds }) => participantIds)).toEqual([
      'mixer-1',
    ]),
  );
  await flows((await begin()).ssrc);
});

test('nothing moves it away from its node', async () => {
  const { begin, flows, meeting, key } = await feed('b');
  const { ssrc } = await begin();
  meeting.ports.drain('b');
  await flows(ssrc);
  await flows(ssrc);
  const there = (await meeting.inventory('b')).flatMap(({ participants }) => participants);
  expect(there.map(({ participantId }) => participantId)).toEqual([key.participantId]);
  meeting.ports.undrain('b');
});

test('with what it is of, it is closed', async () => {
  const { begin, flows, meeting, key } = await feed('b');
  await flows((await begin()).ssrc);
  await meeting.cascade.closeParticipant(key);
  await eventually(async () => {
    const there = (await meeting.inventory('b')).flatMap(({ participants }) => participants);
    expect(there).toEqual([]);
  });
});
