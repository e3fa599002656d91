import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import {
  call,
  createMeeting,
  enterAsGuest,
  join,
  signUp,
  type Person,
} from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe.each(EDGE_BACKENDS)('joining, on %s', (backend) => {
  let server: TestServer;
  let host: Person;
  let other: Person;

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: '1000',
    });
    [host, other] = await Promise.all([signUp(server), signUp(server, 'Alan Turing')]);
  });
  afterAll(() => server.close());

  it('tells the joiner everything before its acknowledgement and the others who came', async () => {
    const { id, code } = await createMeeting(server, host);
    const first = await join(server, host, id);
    const snapshot = await first.next('meeting-joined');
    expect(snapshot.participants).toMatchObject([
      { id: first.participantId, userId: host.userId, role: 'host', handRaised: false },
    ]);
    expect(snapshot.webrtcConfig.routerRtpCapabilities.codecs.length).toBeGreaterThan(4);

    const second = await join(server, other, code.replaceAll('-', '').toUpperCase());
    const joined = await first.next(
      'participant-joined',
      ({ participant }) => participant.id === second.participantId,
    );
    expect(joined.participant).toMatchObject({ name: 'Alan Turing', role: 'participant' });
    const [own] = second.all('meeting-joined');
    expect(own?.participants.map(({ id: of }) => of)).toEqual([
      first.participantId,
      second.participantId,
    ]);
    expect(joined.seq).toBe(own?.seq);
    expect(joined.epoch).toBe(own?.epoch);

    await second.request('leave-meeting', { meetingId: id });
    const left = await first.next('participant-left');
    expect(left).toMatchObject({ participantId: second.participantId, reason: 'left' });
    expect(left.seq).toBe(joined.seq + 1);
    // Nothing of the meeting reaches who has left.
    await first.request('send-reaction', { meetingId: id, reaction: '👍' });
    await first.next('reaction-sent');
    expect(second.all('reaction-sent')).toEqual([]);
    first.close();
    second.close();
  });

  it.each([
    ['an unknown meeting', 'NOT_FOUND', {}, { ref: randomUUID() }],
    ['a missing passcode', 'PASSCODE_REQUIRED', { passcode: '2468' }, {}],
    ['a wrong passcode', 'PASSCODE_WRONG', { passcode: '2468' }, { passcode: '1357' }],
    ['people who are not invited', 'FORBIDDEN', { access: 'invited' }, {}],
    ['an early arrival', 'NOT_STARTED', { startsAt: '2100-01-01T10:00:00.000Z' }, {}],
  ] as const)(
    'refuses %s with %s',
    async (_what, code, settings, { ref, passcode }: { ref?: string; passcode?: string }) => {
      const { id } = await createMeeting(server, host, settings);
      await expect(
        join(server, other, ref ?? id, { ...(passcode && { passcode }) }),
      ).rejects.toMatchObject({ code });
    },
  );

  it('refuses guests where they are not allowed, also when that changed after they got their token', async () => {
    const { id } = await createMeeting(server, host);
    const guest = await enterAsGuest(server, id);
    await call(server, 'updateMeeting', {
      token: host.token,
      params: { idOrCode: id },
      body: { allowGuests: false },
    });
    await expect(join(server, guest, id)).rejects.toMatchObject({ code: 'GUESTS_NOT_ALLOWED' });
    await expect(enterAsGuest(server, id)).rejects.toMatchObject({ code: 'GUESTS_NOT_ALLOWED' });
    const elsewhere = await createMeeting(server, host);
    await expect(join(server, guest, elsewhere.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses everyone but the host of a locked meeting, and everybody once it has ended', async () => {
    const { id } = await createMeeting(server, host);
    const inside = await join(server, host, id);
    const update = { token: host.token, params: { idOrCode: id }, body: { locked: true } };
    await call(server, 'updateMeeting', update);
    expect(await inside.next('meeting-updated')).toMatchObject({ meeting: { locked: true } });
    await expect(join(server, other, id)).rejects.toMatchObject({ code: 'LOCKED' });

    await inside.request('end-meeting', { meetingId: id });
    await inside.next('meeting-ended');
    await expect(join(server, other, id)).rejects.toMatchObject({ code: 'ENDED' });
    await expect(join(server, host, id)).rejects.toMatchObject({ code: 'ENDED' });
    // Ending what has ended changes nothing.
    await inside.request('end-meeting', { meetingId: id });
    inside.close();
  });

  it('admits exactly 10 of 100 who join at once into a meeting of 10, and none halfway', async () => {
    const { id } = await createMeeting(server, host, { capacity: 10 });
    const guests = await Promise.all(
      Array.from({ length: 100 }, (_, index) => enterAsGuest(server, id, `Guest ${index}`)),
    );
    const clients = await Promise.all(
      guests.map(({ token }) => TestClient.connect(server.url, token)),
    );
    const outcomes = await Promise.all(
      clients.map((client) => client.raw('join-meeting', { meetingId: id })),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10);
    const codes = outcomes.flatMap((ack) => (ack.ok ? [] : [ack.error.code]));
    expect(new Set(codes)).toEqual(new Set(['FULL']));

    // Record, roster and socket room name the same ten.
    const meeting = server.meetings.live(id);
    expect(meeting.participants).toHaveLength(10);
    const admitted = clients.filter((client) => client.all('meeting-joined').length > 0);
    expect(admitted).toHaveLength(10);
    const ids = new Set(meeting.participants.map(({ id: of }) => of));
    expect(
      new Set(admitted.map((client) => client.all('meeting-joined')[0]?.participantId)),
    ).toEqual(ids);
    const [one] = admitted;
    await one?.request('send-reaction', { meetingId: id, reaction: '🎉' });
    await Promise.all(admitted.map((client) => client.next('reaction-sent')));
    const outside = clients.filter((client) => !admitted.includes(client));
    expect(outside.flatMap((client) => client.received)).toEqual([]);

    for (const client of clients) client.close();
    await eventually(() => expect(meeting.participants).toEqual([]));
  });

  it('lets nobody in twice, however often one person joins at once', async () => {
    const { id } = await createMeeting(server, host);
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, () => join(server, other, id, { takeOver: true })),
      );
      expect(server.meetings.live(id).participants).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.close();
    }
    await eventually(() => expect(server.meetings.find(id)?.participants ?? []).toEqual([]));
  });

  it('asks another device, and moves the call when it says so', async () => {
    const { id } = await createMeeting(server, host);
    const laptop = await join(server, other, id, { deviceId: 'laptop' });
    await expect(join(server, other, id, { deviceId: 'phone' })).rejects.toMatchObject({
      code: 'ALREADY_JOINED',
    });
    const reloaded = await join(server, other, id, { deviceId: 'laptop' });
    expect(reloaded.participantId).toBe(laptop.participantId);
    expect(await laptop.next('meeting-left')).toMatchObject({ reason: 'replaced' });
    const phone = await join(server, other, id, { deviceId: 'phone', takeOver: true });
    expect(phone.participantId).toBe(laptop.participantId);
    await reloaded.next('meeting-left');
    expect(server.meetings.live(id).participants).toHaveLength(1);
    // The one that was replaced has no say any more.
    expect(await laptop.raw('raise-hand', { meetingId: id, raised: true })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_STATE' },
    });
    for (const client of [laptop, reloaded, phone]) client.close();
  });

  it('shows a lost connection, gives back everything missed, and lets go after the grace time', async () => {
    const { id } = await createMeeting(server, host);
    const stays = await join(server, host, id);
    const goes = await join(server, other, id);
    const { epoch, seq } = await goes.next('meeting-joined');
    goes.cut();
    expect(await stays.next('participant-connection-updated')).toMatchObject({
      participantId: goes.participantId,
      connection: 'reconnecting',
    });
    await stays.request('raise-hand', { meetingId: id, raised: true });

    const back = await TestClient.connect(server.url, other.token);
    const resume = { meetingId: id, participantId: goes.participantId, epoch, seq };
    const answer = await back.request('resume-meeting', resume);
    expect(answer).toMatchObject({
      status: 'resumed',
      missed: [
        { name: 'participant-connection-updated', payload: { connection: 'reconnecting' } },
        { name: 'participant-hand-updated', payload: { handRaised: true } },
        { name: 'participant-connection-updated', payload: { connection: 'connected' } },
      ],
    });
    // What cannot be told any more comes as a whole.
    expect(await back.request('resume-meeting', { ...resume, epoch: 1 })).toMatchObject({
      status: 'resynced',
      snapshot: { participantId: goes.participantId },
    });

    back.cut();
    expect(await stays.next('participant-left')).toMatchObject({
      participantId: goes.participantId,
      reason: 'connection-lost',
    });
    const late = await TestClient.connect(server.url, other.token);
    await expect(late.request('resume-meeting', resume)).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    // Nobody takes up somebody else's place.
    await expect(
      late.request('resume-meeting', { ...resume, participantId: stays.participantId }),
    ).rejects.toMatchObject({ code: 'INVALID_STATE' });
    stays.close();
    late.close();
  });

  it('ends the place and the connection of a session that is revoked', async () => {
    const { id } = await createMeeting(server, host);
    const stays = await join(server, host, id);
    const leaving = await signUp(server, 'Edsger');
    const goes = await join(server, leaving, id);
    await call(server, 'logout', { token: leaving.token });
    expect(await stays.next('participant-left')).toMatchObject({
      participantId: goes.participantId,
      reason: 'left',
    });
    await eventually(() => expect(goes.socket.connected).toBe(false));
    await expect(TestClient.connect(server.url, leaving.token)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    stays.close();
  });

  it.each([
    ['no token', {}, 'UNAUTHENTICATED'],
    ['a made-up token', { token: 'x.y.z', protocol: 1 }, 'UNAUTHENTICATED'],
    ['an old protocol', { token: 'x.y.z', protocol: 0 }, 'CLIENT_TOO_OLD'],
  ])('refuses a handshake with %s', async (_what, auth, code) => {
    await expect(TestClient.connect(server.url, '', auth)).rejects.toMatchObject({ code });
  });
});
