import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ack } from '../../../protocol/errors.ts';
import { ERROR_CODES } from '../../../protocol/errors.ts';
import type { MeetingRequestName, RequestInput } from '../../../protocol/requests.ts';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { createMeeting, join, signUp, type Person } from '../../support/people.ts';
import { openTransports, produceInput, receivable } from '../../support/rtp.ts';
import { TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** What a client in a meeting holds, and can name in its requests. */
interface Held {
  meetingId: string;
  participantId: string;
  /** The owner's. */
  othersId: string;
  sendTransportId: string;
  recvTransportId: string;
  producerId: string;
  consumerId: string;
  othersProducerId: string;
  rtpCapabilities: ReturnType<typeof receivable>;
  epoch: number;
  seq: number;
}

const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
};

/** One valid request of each name: every case below spoils it in one way. */
const valid: { readonly [N in MeetingRequestName]: (held: Held) => RequestInput<N> } = {
  'join-meeting': ({ meetingId }) => ({ meetingId }),
  'leave-meeting': ({ meetingId }) => ({ meetingId }),
  'end-meeting': ({ meetingId }) => ({ meetingId }),
  'resume-meeting': ({ meetingId, participantId, epoch, seq }) => ({
    meetingId,
    participantId,
    epoch,
    seq,
  }),
  'create-transport': ({ meetingId, rtpCapabilities }) => ({
    meetingId,
    direction: 'recv',
    rtpCapabilities,
  }),
  'connect-transport': ({ meetingId, sendTransportId }) => ({
    meetingId,
    transportId: sendTransportId,
    dtlsParameters,
  }),
  'restart-ice': ({ meetingId, sendTransportId }) => ({ meetingId, transportId: sendTransportId }),
  produce: ({ meetingId, sendTransportId }) =>
    produceInput(meetingId, sendTransportId, 'camera', randomUUID()),
  'close-producer': ({ meetingId, producerId }) => ({ meetingId, producerId }),
  consume: ({ meetingId, recvTransportId, othersProducerId }) => ({
    meetingId,
    transportId: recvTransportId,
    producerIds: [othersProducerId],
  }),
  'resume-consumers': ({ meetingId, consumerId }) => ({ meetingId, consumerIds: [consumerId] }),
  'update-views': ({ meetingId, othersProducerId }) => ({
    meetingId,
    views: [{ producerId: othersProducerId, width: 320, height: 180 }],
  }),
  'finish-move': ({ meetingId }) => ({ meetingId, moveId: 1, moved: false }),
  'media-status-update': ({ meetingId }) => ({
    meetingId,
    audio: true,
    video: true,
    screenSharing: false,
  }),
  'raise-hand': ({ meetingId }) => ({ meetingId, raised: false }),
  'send-reaction': ({ meetingId }) => ({ meetingId, reaction: '👍' }),
  'update-waiting-devices': ({ meetingId }) => ({ meetingId, audio: true, video: false }),
  'admit-participant': ({ meetingId, participantId }) => ({ meetingId, participantId }),
  'deny-participant': ({ meetingId, participantId }) => ({ meetingId, participantId }),
  'message-waiting-room': ({ meetingId }) => ({ meetingId, message: 'Soon' }),
  'update-meeting': ({ meetingId }) => ({
    meetingId,
    locked: true,
    settings: { mayUnmute: false },
  }),
  'assign-role': ({ meetingId, participantId }) => ({ meetingId, participantId, role: 'cohost' }),
  'mute-participant': ({ meetingId, participantId }) => ({ meetingId, participantId }),
  'ask-to-unmute': ({ meetingId, participantId }) => ({
    ...{ meetingId, participantId },
    source: 'camera',
  }),
  'stop-media': ({ meetingId, participantId }) => ({ meetingId, participantId, source: 'screen' }),
  'lower-hand': ({ meetingId, othersId }) => ({ meetingId, participantId: othersId }),
  'rename-participant': ({ meetingId, othersId }) => ({
    ...{ meetingId, participantId: othersId },
    name: 'Eve',
  }),
  'remove-participant': ({ meetingId, participantId }) => ({ meetingId, participantId }),
  'list-bans': ({ meetingId }) => ({ meetingId }),
  'lift-ban': ({ meetingId }) => ({ meetingId, banId: 'none' }),
  'list-audit': ({ meetingId }) => ({ meetingId, limit: 10 }),
};
const names = Object.keys(valid) as MeetingRequestName[];

/** Requests that ask for nothing but a meeting, and answer the same wherever the asker is. */
const ENTERING = new Set<MeetingRequestName>(['join-meeting']);

describe.each(EDGE_BACKENDS)('bad requests, on %s', (backend) => {
  let server: TestServer;
  /** Somebody with an account who is in neither of the two meetings, but for the observer. */
  let stranger: Person;
  let here: { client: TestClient; held: Held };
  let elsewhere: { client: TestClient; held: Held };
  let observer: TestClient;

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_LIMITS_REQUESTS_PER_CONNECTION_POINTS: '100000',
      PARLEY_MEDIA_CONSUMER_STALE_MS: '600000',
    });
    const [host, other, third, eve] = await Promise.all([
      signUp(server),
      signUp(server, 'Alan'),
      signUp(server, 'Edsger'),
      signUp(server, 'Eve'),
    ]);
    stranger = eve;
    here = await enter(host, other);
    elsewhere = await enter(third, host);
    observer = await join(server, stranger, here.held.meetingId);
  });
  afterAll(() => server.close());

  /** A meeting in which both publish, and the guest consumes the owner. */
  async function enter(owner: Person, guest: Person) {
    const { id: meetingId } = await createMeeting(server, owner);
    const publisher = await join(server, owner, meetingId);
    const itsTransports = await openTransports(publisher, meetingId);
    const { producerId: othersProducerId } = await publisher.request(
      'produce',
      produceInput(meetingId, itsTransports.send.id, 'microphone', 'mic'),
    );
    const client = await join(server, guest, meetingId);
    const { send, recv } = await openTransports(client, meetingId);
    const { producerId } = await client.request(
      'produce',
      produceInput(meetingId, send.id, 'microphone', 'mic'),
    );
    const { consumers } = await client.request('consume', {
      meetingId,
      transportId: recv.id,
      producerIds: [othersProducerId],
    });
    const snapshot = await client.next('meeting-joined');
    const held: Held = {
      meetingId,
      participantId: client.participantId,
      othersId: publisher.participantId,
      sendTransportId: send.id,
      recvTransportId: recv.id,
      producerId,
      consumerId: consumers[0]?.id ?? '',
      othersProducerId,
      rtpCapabilities: receivable(snapshot.webrtcConfig.routerRtpCapabilities),
      epoch: snapshot.epoch,
      seq: snapshot.seq,
    };
    return { client, held };
  }

  /** Everything that a request could change. */
  function state() {
    return JSON.stringify({
      media: server.media.stats(),
      meetings: server.meetings.liveMeetings.map(({ record, epoch, participants }) => ({
        record,
        epoch,
        participants: participants.map((participant) => participant.toView()),
      })),
    });
  }

  /** Runs `act` and checks that it is refused with a code, and that nothing has changed. */
  async function expectRefused(act: () => Promise<Ack<unknown>>, codes: readonly string[]) {
    const before = state();
    const heard = observer.received.length;
    const ack = await act();
    expect(ack).toMatchObject({ ok: false });
    if (ack.ok) return;
    expect(ERROR_CODES).toContain(ack.error.code);
    expect(codes).toContain(ack.error.code);
    expect(ack.error.message).not.toMatch(/zod|mediasoup|sql|Error:|at .*\.ts/i);
    expect(state()).toBe(before);
    expect(observer.received.slice(heard).filter(({ name }) => !PASSING.has(name))).toEqual([]);
  }

  describe.each(names)('%s', (name) => {
    const payload = () => valid[name](here.held) as Record<string, unknown>;
    const send = (spoiled: unknown) => () => here.client.raw(name, spoiled);

    it('without an acknowledgement does nothing', async () => {
      const before = state();
      here.client.socket.emit(name, payload());
      // An answered request shows that the one before has been dealt with.
      await here.client.raw('no-such-request', {});
      expect(state()).toBe(before);
    });

    it('refuses payloads of the wrong type', async () => {
      for (const wrong of [null, undefined, 7, 'text', [], true, Buffer.from('x'), {}]) {
        await expectRefused(send(wrong), ['INVALID_PAYLOAD']);
      }
      await expectRefused(() => here.client.raw(name, payload(), payload()), ['INVALID_PAYLOAD']);
    });

    it('refuses wrong types, missing, extra and oversized fields', async () => {
      const good = payload();
      await expectRefused(send({ ...good, surprise: 1 }), ['INVALID_PAYLOAD']);
      await expectRefused(send({ ...good, __proto__: null, constructor: {} }), ['INVALID_PAYLOAD']);
      for (const key of Object.keys(good)) {
        const { [key]: _, ...without } = good;
        await expectRefused(send(without), ['INVALID_PAYLOAD', 'INVALID_STATE', 'FORBIDDEN']);
        for (const wrong of [null, { $ne: 1 }, 'x'.repeat(10_000), -1.5, [[[]]]]) {
          // Some fields may be null: then it is the right that is missing.
          const codes = wrong === null ? ['INVALID_PAYLOAD', 'FORBIDDEN'] : ['INVALID_PAYLOAD'];
          await expectRefused(send({ ...good, [key]: wrong }), codes);
        }
      }
    });

    it('refuses what belongs to another meeting, to strangers and to those not in it', async () => {
      const refusals = ['INVALID_STATE', 'FORBIDDEN', 'NOT_FOUND', 'NOT_STARTED'];
      const theirs = valid[name](elsewhere.held) as Record<string, unknown>;
      // Their meeting, asked by somebody who is in this one.
      await expectRefused(send(theirs), refusals);
      if (!ENTERING.has(name)) {
        const outsider = await TestClient.connect(server.url, stranger.token);
        if (name !== 'leave-meeting') {
          await expectRefused(() => outsider.raw(name, payload()), refusals);
        }
        await expectRefused(
          () => here.client.raw(name, { ...theirs, meetingId: randomUUID() }),
          refusals,
        );
        outsider.close();
      }
      // This meeting, with ids of theirs.
      const foreign = { ...theirs, meetingId: here.held.meetingId };
      const same = JSON.stringify(foreign) === JSON.stringify(payload());
      const named = Object.keys(foreign).some((key) => /Ids?$/.test(key) && key !== 'meetingId');
      if (!same && named && !TOLERANT.has(name)) {
        await expectRefused(send(foreign), refusals);
      }
    });

    it('refuses everything in a meeting that is over', async () => {
      const { id: meetingId } = await createMeeting(server, stranger);
      const client = await join(server, stranger, meetingId);
      await client.request('end-meeting', { meetingId });
      if (!AGAIN.has(name)) {
        await expectRefused(
          () => client.raw(name, { ...payload(), meetingId }),
          ['ENDED', 'INVALID_STATE'],
        );
      }
      client.close();
    });
  });

  it.each(['no-such-request', 'toString', '__proto__', 'constructor', ''])(
    'refuses the unknown request "%s"',
    async (unknown) => {
      await expectRefused(() => here.client.raw(unknown, {}), ['INVALID_PAYLOAD']);
    },
  );

  it.each([
    ['a camera as audio', { kind: 'audio' }],
    ['a microphone source as video', { source: 'microphone' }],
    ['video without a size', { width: undefined, height: undefined }],
    ['a size beyond all screens', { width: 16_384, height: 16_384 }],
    ['the receiving transport', { transportId: 'recv' }],
    ['codecs the router does not have', { rtpParameters: 'H263' }],
  ])('refuses to produce with %s', async (_what, change) => {
    const { held, client } = here;
    const good = valid.produce(held);
    const spoiled = {
      ...good,
      ...change,
      ...('transportId' in change && { transportId: held.recvTransportId }),
      ...('rtpParameters' in change && {
        rtpParameters: {
          ...good.rtpParameters,
          codecs: [{ mimeType: 'video/H263', payloadType: 96, clockRate: 90_000 }],
        },
      }),
    };
    await expectRefused(
      () => client.raw('produce', spoiled),
      ['INVALID_PAYLOAD', 'INVALID_STATE', 'NOT_FOUND'],
    );
  });

  it('limits how fast one connection may ask', async () => {
    const slow = await startTestServer({ PARLEY_LIMITS_REQUESTS_PER_CONNECTION_POINTS: '20' });
    const person = await signUp(slow);
    const client = await TestClient.connect(slow.url, person.token);
    const acks = await Promise.all(
      Array.from({ length: 50 }, () => client.raw('leave-meeting', { meetingId: 'none' })),
    );
    const refused = acks.filter((ack) => !ack.ok);
    expect(refused.length).toBeGreaterThan(25);
    expect(refused[0]).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(acks.slice(0, 20).every(({ ok }) => ok)).toBe(true);
    await slow.close();
  });
});

/** Facts that come by themselves. */
const PASSING = new Set<string>(['connection-quality-updated', 'active-speaker', 'audio-levels']);
/** Requests that list per object what they could not do, or keep what is not there out of it. */
const TOLERANT = new Set<MeetingRequestName>([
  'consume',
  'resume-consumers',
  'update-views',
  'close-producer',
]);
/** Asked again these answer that it is done. */
const AGAIN = new Set<MeetingRequestName>(['leave-meeting', 'end-meeting']);
