import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CALL_PLACES, openCallPlace, type CallPlace } from '../../support/callPlaces.ts';
import {
  ANSWER,
  connectCall,
  entryOf,
  logsOf,
  OFFER,
  openPage,
  ring,
  signUpCaller,
  type Caller,
} from '../../support/calls.ts';
import { call, createMeeting, enterAsGuest, signUp } from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';

const RING_MS = 1_500;

describe.each(CALL_PLACES)('calls on %s', (where) => {
  let place: CallPlace;
  let server: { url: string };
  const open: Caller[] = [];
  beforeAll(async () => {
    place = await openCallPlace(where, {
      PARLEY_CALLS_RING_TIMEOUT_MS: String(RING_MS),
      PARLEY_CALLS_RECONNECT_GRACE_MS: '700',
      PARLEY_LIMITS_CALL_PER_ACCOUNT_POINTS: '12',
      PARLEY_ICE_TURN_URLS: 'turn:turn.example.org:3478',
      PARLEY_ICE_TURN_SECRET: 'a secret of the TURN server',
    });
    server = place.at(0);
  });
  afterEach(() => {
    for (const { client } of open.splice(0)) client.close();
  });
  afterAll(() => place.close());

  const come = async (name: string): Promise<Caller> => {
    const index = came++;
    const caller = await signUpCaller(place.at(index), name);
    open.push(caller);
    await place.known(caller, index);
    return caller;
  };
  const comeBack = async (caller: Caller): Promise<Caller> => {
    const again = await openPage(place.at(came++), caller);
    open.push(again);
    return again;
  };
  const pair = () => Promise.all([come('Ada'), come('Bob')]);
  let came = 0;

  it('ring, are taken, carry what the two exchange, and end for both', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    expect(bob.client.all('call:incoming')).toEqual([
      {
        ...{ callId, callType: 'video', from: ada.userId, meetingId: null },
        caller: { id: ada.userId, name: 'Ada', avatarUrl: null },
      },
    ]);
    expect(await ada.client.next('call:initiated')).toEqual({ callId, to: bob.userId });
    await bob.client.request('call:accept', { callId, from: ada.userId });
    const [toAda, toBob] = await Promise.all([
      ada.client.next('call:accepted'),
      bob.client.next('call:accepted'),
    ]);
    expect(toAda).toMatchObject({ callId, by: bob.userId, iceTransportPolicy: 'all' });
    // Credentials of their own, which end.
    expect(toAda.iceServers[0]?.username).toMatch(new RegExp(`^\\d+:${ada.userId}$`));
    expect(toBob.iceServers[0]?.username).toMatch(new RegExp(`^\\d+:${bob.userId}$`));

    await ada.client.request('call:offer', { callId, offer: OFFER, to: bob.userId });
    const offer = { callId, from: ada.userId, offer: OFFER, callType: 'video' };
    expect(await bob.client.next('call:offer')).toEqual(offer);
    await bob.client.request('call:answer', { callId, answer: ANSWER, from: bob.userId });
    const answer = { callId, from: bob.userId, answer: ANSWER };
    expect(await ada.client.next('call:answer')).toEqual(answer);
    const candidate = { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0' };
    await ada.client.request('ice:candidate', { callId, candidate });
    expect(await bob.client.next('ice:candidate')).toMatchObject({ from: ada.userId, candidate });

    await ada.client.request('call:connected', { callId, path: 'host' });
    await bob.client.request('call:end', { callId });
    const ended = { callId, by: bob.userId, reason: 'hung-up' };
    expect(await ada.client.next('call:ended')).toEqual(ended);
    expect(await bob.client.next('call:ended')).toEqual(ended);
    // Again changes nothing.
    await ada.client.request('call:end', { callId });
    const [ofAda, ofBob] = await Promise.all([
      entryOf(server, ada, callId),
      entryOf(server, bob, callId),
    ]);
    const common = { callId, kind: 'call', outcome: 'answered', reason: 'hung-up', peakCount: 2 };
    expect(ofAda).toMatchObject({
      ...{ ...common, direction: 'outgoing', with: { id: bob.userId, name: 'Bob' } },
    });
    expect(ofBob).toMatchObject({ ...common, direction: 'incoming', participantCount: 2 });
    const detail = await call(server, 'readCall', { token: ada.token, params: { callId } });
    expect(detail.path).toBe('host');

    // What there was of the last minute is told when it is over, and counted from where it began.
    const minute = { rttMs: 20, loss: 0, bitrate: 50_000, freezes: 0, seconds: 8 };
    await ada.client.request('call:quality', { in: { callId }, minute });
    const { timeline } = await call(server, 'readCall', {
      ...{ token: ada.token, params: { callId } },
    });
    expect(timeline).toEqual([{ minute: 0, ...minute }]);
  });

  it('are declined with a few words', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob, 'audio');
    await bob.client.request('call:reject', { callId, message: 'In five minutes' });
    const rejected = {
      ...{ callId, by: bob.userId, reason: 'declined', message: 'In five minutes' },
    };
    expect(await ada.client.next('call:rejected')).toEqual(rejected);
    expect(await entryOf(server, ada, callId)).toMatchObject({ outcome: 'declined' });
    expect((await entryOf(server, bob, callId)).outcome).toBe('declined');
    expect((await logsOf(server, bob)).missed).toBe(0);
  });

  it('are cancelled, and then missed', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    await ada.client.request('call:end', { callId });
    const ended = await bob.client.next('call:ended');
    expect(ended).toEqual({ callId, by: ada.userId, reason: 'cancelled' });
    await expect(bob.client.request('call:accept', { callId })).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    expect((await entryOf(server, ada, callId)).outcome).toBe('cancelled');
    expect((await entryOf(server, bob, callId)).outcome).toBe('missed');
    expect(await bob.client.next('call:logged')).toEqual({ callId, missed: 1 });
    const seen = await call(server, 'markCallsSeen', { token: bob.token });
    expect(seen.missed).toBe(0);
  });

  it('that nobody takes end by themselves, and the caller is told', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    const rejected = await ada.client.next('call:rejected');
    expect(rejected).toEqual({ callId, by: bob.userId, reason: 'timeout' });
    expect(await bob.client.next('call:ended')).toMatchObject({ callId, reason: 'timeout' });
    expect(await entryOf(server, bob, callId)).toMatchObject({
      ...{ outcome: 'missed', reason: 'timeout', durationSec: 0 },
    });
  });

  it('ring on all devices, and only the one that answers goes on', async () => {
    const [ada, bob] = await pair();
    const phone = await comeBack(bob);
    const late = ring(ada, bob);
    await phone.client.next('call:incoming');
    const callId = await late;
    await phone.client.request('call:accept', { callId });
    expect(await bob.client.next('call:ended')).toMatchObject({ callId, reason: 'elsewhere' });
    expect(bob.client.all('call:accepted')).toEqual([]);
    expect(phone.client.all('call:ended')).toEqual([]);
    await expect(bob.client.request('call:accept', { callId })).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    // The device that only rang is no end of the call.
    const forged = bob.client.request('call:answer', { callId, answer: ANSWER });
    await expect(forged).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // A page that opens now learns what goes on elsewhere.
    const third = await comeBack(bob);
    const { call: going } = await third.client.request('call:sync', {});
    expect(going).toMatchObject({ callId, here: false, state: 'CONNECTING' });
    await ada.client.request('call:end', { callId });
  });

  it('find somebody who opens a page while they ring', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    const phone = await comeBack(bob);
    const { call: going } = await phone.client.request('call:sync', {});
    expect(going).toMatchObject({ callId, state: 'RINGING', with: { name: 'Ada' } });
    // The last page closes, and another comes: it rings on.
    bob.client.close();
    phone.client.close();
    const back = await comeBack(bob);
    await back.client.request('call:accept', { callId });
    await ada.client.next('call:accepted');
  });

  it('to somebody who is busy are refused, and missed there', async () => {
    const [ada, bob, eve] = await Promise.all([come('Ada'), come('Bob'), come('Eve')]);
    const talk = await connectCall(ada, bob);
    const { callId } = await eve.client.request('call:initiate', {
      ...{ to: bob.userId, callType: 'audio' },
    });
    const rejected = await eve.client.next('call:rejected');
    expect(rejected).toEqual({ callId, by: bob.userId, reason: 'busy' });
    expect((await entryOf(server, eve, callId)).outcome).toBe('busy');
    expect(await entryOf(server, bob, callId)).toMatchObject({ outcome: 'missed', reason: 'busy' });
    expect(bob.client.all('call:incoming').map((one) => one.callId)).toEqual([talk]);
    const second = ada.client.request('call:initiate', { to: eve.userId, callType: 'audio' });
    await expect(second).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('to somebody who is not there wait in their history', async () => {
    const ada = await come('Ada');
    const bob = await signUp(server, 'Bob');
    const { callId } = await ada.client.request('call:initiate', {
      ...{ to: bob.userId, callType: 'video' },
    });
    expect(await ada.client.next('call:rejected')).toMatchObject({ callId, reason: 'offline' });
    const { missed } = await logsOf(server, bob);
    expect(missed).toBe(1);
    expect((await entryOf(server, bob, callId)).with.name).toBe('Ada');
  });

  it('go on with the same device on another connection, and with no other', async () => {
    const [ada, bob] = await pair();
    const callId = await connectCall(ada, bob);
    ada.client.cut();
    const again = await comeBack(ada);
    const other = again.client.request('call:resume', { callId, deviceId: 'another' });
    await expect(other).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const view = await again.client.request('call:resume', {
      ...{ callId, deviceId: `${ada.userId}-1` },
    });
    expect(view).toMatchObject({ callId, state: 'CONNECTING', here: true, direction: 'outgoing' });
    await again.client.request('call:offer', { callId, offer: OFFER });
    expect((await bob.client.next('call:offer')).from).toBe(ada.userId);
    await bob.client.request('call:answer', { callId, answer: ANSWER });
    await again.client.next('call:answer');
  });

  it('end when a party does not come back', async () => {
    const [ada, bob] = await pair();
    const callId = await connectCall(ada, bob);
    await ada.client.request('call:connected', { callId, path: 'host' });
    bob.client.cut();
    const ended = await ada.client.next('call:ended');
    expect(ended).toEqual({ callId, by: bob.userId, reason: 'lost' });
    expect(await entryOf(server, ada, callId)).toMatchObject({
      ...{ outcome: 'answered', reason: 'lost' },
    });
  });

  it('are cancelled when their caller is gone', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    ada.client.close();
    expect(await bob.client.next('call:ended')).toMatchObject({ callId, reason: 'lost' });
    expect((await entryOf(server, bob, callId)).outcome).toBe('missed');
  });

  it('of two who ring each other at the same moment are one', async () => {
    const [ada, bob] = await pair();
    const rings = await Promise.all([
      ada.client.request('call:initiate', { to: bob.userId, callType: 'video' }),
      bob.client.request('call:initiate', { to: ada.userId, callType: 'video' }),
    ]);
    expect(rings[0].callId).toBe(rings[1].callId);
    await Promise.all([ada.client.next('call:accepted'), bob.client.next('call:accepted')]);
  });

  it('become a meeting for those who were in it, and for whom they ask', async () => {
    const [ada, bob, cat] = await Promise.all([come('Ada'), come('Bob'), come('Cat')]);
    const callId = await connectCall(ada, bob);
    const [first, second] = await Promise.all([
      ada.client.request('call:upgrade', { callId, invite: [cat.userId] }),
      bob.client.request('call:upgrade', { callId }),
    ]);
    expect(second.meetingId).toBe(first.meetingId);
    const { meetingId, code } = first;
    expect(await ada.client.next('call:moved')).toMatchObject({ callId, meetingId, code });
    expect(await bob.client.next('call:moved')).toMatchObject({ callId, meetingId });
    const asked = await cat.client.next('call:incoming');
    expect(asked).toMatchObject({ meetingId, from: ada.userId });
    await cat.client.request('call:accept', { callId: asked.callId });
    expect(await cat.client.next('call:moved')).toMatchObject({ meetingId, reason: 'invited' });
    expect((await entryOf(server, ada, callId)).reason).toBe('moved');
    // All three may come in; nobody else.
    for (const { client } of [ada, bob, cat]) {
      expect((await client.request('join-meeting', { meetingId })).status).toBe('joined');
    }
    const eve = await come('Eve');
    const stranger = eve.client.request('join-meeting', { meetingId });
    await expect(stranger).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('go to nobody who is not there at all, and not to oneself', async () => {
    const ada = await come('Ada');
    for (const to of ['nobody-at-all', ada.userId]) {
      const asked = ada.client.request('call:initiate', { to, callType: 'audio' });
      await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect((await logsOf(server, ada)).entries).toEqual([]);
  });

  it('pass nothing too large, malformed, or out of their time', async () => {
    const [ada, bob] = await pair();
    const ringing = await ring(ada, bob);
    const early = ada.client.request('call:offer', { callId: ringing, offer: OFFER });
    await expect(early).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await bob.client.request('call:accept', { callId: ringing });
    const callId = ringing;
    for (const [name, payload] of [
      ['call:offer', { callId, offer: { type: 'offer', sdp: 'x'.repeat(64_001) } }],
      ['call:offer', { callId, offer: ANSWER }],
      ['call:answer', { callId, answer: { type: 'rollback', sdp: '' } }],
      ['ice:candidate', { callId, candidate: { candidate: 'x'.repeat(1_025) } }],
      ['ice:candidate', { callId }],
      ['call:connected', { callId, path: 'magic' }],
      ['call:initiate', { to: bob.userId, callType: 'smell' }],
    ] as const) {
      const answer = await ada.client.raw(name, payload);
      expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_PAYLOAD' } });
    }
    expect(bob.client.all('call:offer')).toEqual([]);
    await ada.client.request('call:end', { callId });
    const late = ada.client.request('ice:candidate', { callId, candidate: null });
    await expect(late).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('are for people with an account, and not without end', async () => {
    const [ada, bob] = await pair();
    const { code } = await createMeeting(server, ada);
    const guest = await enterAsGuest(server, code);
    const client = await TestClient.connect(server.url, guest.token);
    const asked = client.request('call:initiate', { to: bob.userId, callType: 'audio' });
    await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    client.close();
    const codes = new Set<string>();
    for (let count = 0; count < 13; count++) {
      const answer = await ada.client.raw('call:initiate', { to: bob.userId, callType: 'audio' });
      if (!answer.ok) codes.add(answer.error.code);
      else {
        const { callId } = answer.data as { callId: string };
        await ada.client.request('call:end', { callId });
      }
    }
    expect([...codes]).toEqual(['RATE_LIMITED']);
  });
});
