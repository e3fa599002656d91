import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestName } from '../../../protocol/requests.ts';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';
import { receivable } from '../../support/rtp.ts';
import { TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe.each(EDGE_BACKENDS)('a waiting room, on %s', (backend) => {
  let server: TestServer;
  let host: Person;
  let other: Person;
  let third: Person;
  const { come, end } = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_MEETINGS_WAITING_GRACE_MS: '1500',
      PARLEY_LIMITS_WAITING_ROOM_PER_PERSON_POINTS: '1000',
    });
    [host, other, third] = await Promise.all([
      signUp(server),
      signUp(server, 'Alan Turing'),
      signUp(server, 'Edsger Dijkstra'),
    ]);
  });
  afterAll(() => server.close());
  afterEach(end);

  async function withWaitingRoom(body: Parameters<typeof createMeeting>[2] = {}) {
    const { id } = await createMeeting(server, host, { waitingRoom: true, ...body });
    return id;
  }

  const namesIn = (meetingId: string) =>
    server.meetings.live(meetingId).participants.map(({ name }) => name);

  it('takes people in before any host, shows them to the host who comes, and lets them in', async () => {
    const meetingId = await withWaitingRoom();
    const guest = await enterAsGuest(server, meetingId, 'Grace');
    const first = await come(other, meetingId, { devices: { audio: true, video: false } });
    const second = await come(guest, meetingId);
    expect([first.status, second.status]).toEqual(['waiting', 'waiting']);
    const entered = first.all('waiting-room-entered');
    expect(entered).toEqual([
      {
        ...{ meetingId, participantId: first.participantId, position: 1, message: null },
        since: expect.any(String) as string,
      },
    ]);
    expect(second.all('waiting-room-entered')).toMatchObject([{ position: 2 }]);

    const admin = await come(host, meetingId);
    expect(admin.status).toBe('joined');
    const { waiting } = await admin.next('waiting-room');
    expect(waiting).toMatchObject([
      {
        id: first.participantId,
        name: 'Alan Turing',
        guest: false,
        connection: 'connected',
        devices: { audio: true, video: false },
      },
      { id: second.participantId, name: 'Grace', guest: true, devices: null },
    ]);
    await second.request('update-waiting-devices', { meetingId, audio: true, video: true });
    await admin.next('participant-waiting', ({ participant }) => participant.devices !== null);

    const { participantId } = first;
    const answer = await admin.request('admit-participant', { meetingId, participantId });
    expect(answer).toEqual({ admitted: [participantId], refused: [] });
    const snapshot = await first.next('meeting-joined');
    expect(snapshot.participantId).toBe(participantId);
    expect(await admin.next('participant-waiting-ended')).toEqual({
      ...{ meetingId, participantId },
      outcome: 'admitted',
    });
    expect(await second.next('waiting-room-updated')).toMatchObject({ position: 1 });
    // Asked again, or by another host who was slower: it is done.
    expect(await admin.request('admit-participant', { meetingId, participantId })).toEqual(answer);
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace', 'Alan Turing']);
  });

  it('shows nothing of the meeting to those who wait, whatever they ask for', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const { webrtcConfig, epoch, seq } = await admin.next('meeting-joined');
    const rtpCapabilities = receivable(webrtcConfig.routerRtpCapabilities);
    const eve = await come(other, meetingId);
    const mine = { meetingId, participantId: eve.participantId };
    const theirs = { meetingId, participantId: admin.participantId };
    const asked: Partial<Record<RequestName, object>> = {
      'create-transport': { meetingId, direction: 'recv', rtpCapabilities },
      consume: { meetingId, transportId: 'any', producerIds: ['any'] },
      'resume-consumers': { meetingId, consumerIds: ['any'] },
      'media-status-update': { meetingId, audio: true, video: true, screenSharing: false },
      'raise-hand': { meetingId, raised: true },
      'send-reaction': { meetingId, reaction: '👍' },
      'admit-participant': mine,
      'deny-participant': mine,
      'rename-participant': { ...mine, name: 'Host' },
      'remove-participant': theirs,
      'assign-role': { ...mine, role: 'host' },
      'update-meeting': { meetingId, waitingRoom: false },
      'list-bans': { meetingId },
      'list-audit': { meetingId, limit: 10 },
    };
    for (const [name, payload] of Object.entries(asked)) {
      expect(await eve.raw(name, payload)).toMatchObject({ error: { code: 'INVALID_STATE' } });
    }
    // Nobody becomes somebody else by resuming, or themselves before they are in.
    for (const of of [mine, theirs]) {
      expect(await eve.raw('resume-meeting', { ...of, epoch, seq })).toMatchObject({
        error: { code: 'INVALID_STATE' },
      });
    }
    // Whatever happens in the meeting, on the wire there is only what concerns them.
    const friend = await come(await enterAsGuest(server, meetingId, 'Grace'), meetingId);
    await admin.request('admit-participant', { ...theirs, participantId: friend.participantId });
    await admin.request('send-reaction', { meetingId, reaction: '🎉' });
    await admin.request('raise-hand', { meetingId, raised: true });
    await friend.next('reaction-sent');
    await friend.request('leave-meeting', { meetingId });
    await admin.request('message-waiting-room', { meetingId, message: 'Five minutes, please.' });
    await eve.next('waiting-room-updated', ({ message }) => message === 'Five minutes, please.');
    const told = new Set(eve.received.map(({ name }) => name));
    // Of themselves: the meeting that they were in before has made them busy.
    told.delete('own-status-updated');
    expect(told).toEqual(new Set(['waiting-room-entered', 'waiting-room-updated']));
    // Nor has the media layer anything of theirs.
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace']);
    expect(server.media.stats()).toMatchObject({ participants: 0, producers: 0, consumers: 0 });
  });

  it('turns people away with a message, who may ask again, or never', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const asks = await come(other, meetingId, { deviceId: 'laptop' });
    const deny = { meetingId, participantId: asks.participantId };
    await admin.request('deny-participant', { ...deny, message: 'Staff only today.' });
    expect(await asks.next('join-denied')).toEqual({
      ...{ meetingId, code: 'FORBIDDEN', message: 'Staff only today.' },
    });
    // The answer was lost, and it is asked again: it is done.
    expect(await admin.request('deny-participant', deny)).toEqual({ denied: [asks.participantId] });
    const again = await asks.request('join-meeting', { meetingId, deviceId: 'laptop' });
    expect(again.status).toBe('waiting');
    await admin.request('deny-participant', {
      ...{ meetingId, participantId: again.participantId, ban: true },
    });
    await asks.next('join-denied', ({ code }) => code === 'BANNED');
    await expect(come(other, meetingId)).rejects.toMatchObject({ code: 'BANNED' });
    // Nor with another name, in the same browser.
    const disguised = await enterAsGuest(server, meetingId, 'Somebody else');
    await expect(come(disguised, meetingId, { deviceId: 'laptop' })).rejects.toMatchObject({
      code: 'BANNED',
    });

    const { bans } = await admin.request('list-bans', { meetingId });
    expect(bans).toMatchObject([{ name: 'Alan Turing', guest: false, bannedBy: 'Ada Lovelace' }]);
    const [ban] = bans;
    await admin.request('lift-ban', { meetingId, banId: ban?.id ?? '' });
    await admin.request('lift-ban', { meetingId, banId: ban?.id ?? '' });
    expect((await come(other, meetingId)).status).toBe('waiting');
    const { entries } = await admin.request('list-audit', { meetingId, limit: 10 });
    expect(entries.map(({ action }) => action)).toEqual(['ban-lifted', 'banned', 'denied']);
  });

  it('lets nobody wait again who is always admitted, and knows a guest by the browser', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const guest = await enterAsGuest(server, meetingId, 'Grace');
    const asks = await come(guest, meetingId, { deviceId: 'phone' });
    await admin.request('admit-participant', {
      ...{ meetingId, participantId: asks.participantId, always: true },
    });
    await asks.next('meeting-joined');
    await asks.request('leave-meeting', { meetingId });
    expect((await asks.request('join-meeting', { meetingId, deviceId: 'phone' })).status).toBe(
      'joined',
    );
    await asks.request('leave-meeting', { meetingId });
    const next = await enterAsGuest(server, meetingId, 'Grace Hopper');
    expect((await come(next, meetingId, { deviceId: 'phone' })).status).toBe('joined');
    expect((await come(next, meetingId, { deviceId: 'other', takeOver: true })).status).toBe(
      'joined',
    );
    const stranger = await enterAsGuest(server, meetingId, 'Grace Hopper');
    expect((await come(stranger, meetingId, { deviceId: 'third' })).status).toBe('waiting');
  });

  it('is passed by those whom the rules let in', async () => {
    const meetingId = await withWaitingRoom({ autoAdmit: 'members' });
    expect((await come(other, meetingId)).status).toBe('joined');
    const guest = await enterAsGuest(server, meetingId, 'Grace');
    const asks = await come(guest, meetingId);
    expect(asks.status).toBe('waiting');
    const admin = await come(host, meetingId);
    await admin.request('update-meeting', { meetingId, autoAdmit: 'anyone' });
    await asks.next('meeting-joined');
  });

  it('asks again who left, but not who only lost the connection', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const asks = await come(other, meetingId, { deviceId: 'laptop' });
    await admin.request('admit-participant', { meetingId, all: true });
    await asks.next('meeting-joined');
    // Beyond the grace time, in a meeting that is locked by now.
    asks.cut();
    await admin.request('update-meeting', { meetingId, locked: true });
    await admin.request('rename-participant', {
      ...{ meetingId, participantId: asks.participantId, name: 'Alan T.' },
    });
    server.meetings.live(meetingId);
    const back = await come(other, meetingId, { deviceId: 'laptop' });
    expect(back.status).toBe('joined');
    expect(namesIn(meetingId)).toContain('Alan T.');
    await back.request('leave-meeting', { meetingId });
    await expect(come(other, meetingId)).rejects.toMatchObject({ code: 'LOCKED' });
    await admin.request('update-meeting', { meetingId, locked: false });
    expect((await come(other, meetingId)).status).toBe('waiting');
  });

  it('keeps a place over a reload and a lost connection, and gives it up after the grace time', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const first = await come(other, meetingId, { deviceId: 'laptop' });
    const second = await come(third, meetingId);
    first.cut();
    await admin.next('participant-waiting', ({ participant }) => {
      return participant.id === first.participantId && participant.connection === 'reconnecting';
    });
    const back = await come(other, meetingId, { deviceId: 'laptop' });
    expect(back.participantId).toBe(first.participantId);
    // The page that is loaded anew knows how long they have waited.
    const { since } = await first.next('waiting-room-entered');
    expect(await back.next('waiting-room-entered')).toMatchObject({ position: 1, since });
    // Another device has to say so.
    await expect(come(other, meetingId, { deviceId: 'phone' })).rejects.toMatchObject({
      code: 'ALREADY_JOINED',
    });
    const phone = await come(other, meetingId, { deviceId: 'phone', takeOver: true });
    expect(phone.participantId).toBe(first.participantId);
    expect(await back.next('meeting-left')).toMatchObject({ reason: 'replaced' });

    phone.close();
    expect(await second.next('waiting-room-updated')).toMatchObject({ position: 1 });
    expect(await admin.next('participant-waiting-ended')).toMatchObject({ outcome: 'left' });
    const { waiting } = await rejoin(host, meetingId).next('waiting-room');
    expect(waiting).toHaveLength(1);
  });

  /** The host's page is reloaded; answers the next connection as soon as it can be listened to. */
  function rejoin(person: Person, meetingId: string): { next: TestClient['next'] } {
    const coming = come(person, meetingId, { takeOver: true });
    return { next: async (name, fits) => (await coming).next(name, fits) };
  }

  it('lets in who is away as soon as they are back, under the same id', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const asks = await come(other, meetingId, { deviceId: 'laptop' });
    const { participantId } = asks;
    asks.cut();
    await admin.next('participant-waiting', ({ participant }) => {
      return participant.connection === 'reconnecting';
    });
    expect(await admin.request('admit-participant', { meetingId, participantId })).toEqual({
      ...{ admitted: [participantId], refused: [] },
    });
    expect(await admin.request('admit-participant', { meetingId, participantId })).toEqual({
      ...{ admitted: [participantId], refused: [] },
    });
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace']);
    const back = await come(other, meetingId, { deviceId: 'laptop' });
    expect(back).toMatchObject({ status: 'joined', participantId });
  });

  it('says when one cannot come in, lists it among many, and lets them in when a place is free', async () => {
    const meetingId = await withWaitingRoom({ capacity: 3 });
    const admin = await come(host, meetingId);
    const people = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) => enterAsGuest(server, meetingId, name)),
    );
    const asks: Joined[] = [];
    for (const person of people) asks.push(await come(person, meetingId));
    const ids = asks.map(({ participantId }) => participantId);
    const answer = await admin.request('admit-participant', {
      ...{ meetingId, participantIds: [...ids, 'nobody'] },
    });
    expect(answer.admitted).toEqual(ids.slice(0, 2));
    expect(answer.refused).toEqual([
      { participantId: 'nobody', code: 'NOT_FOUND' },
      { participantId: ids[2], code: 'FULL' },
      { participantId: ids[3], code: 'FULL' },
    ]);
    const one = { meetingId, participantId: ids[2] ?? '' };
    await expect(admin.request('admit-participant', one)).rejects.toMatchObject({ code: 'FULL' });
    await expect(
      admin.request('admit-participant', { meetingId, participantId: 'nobody' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace', 'A', 'B']);
    // The door is open to all now, and still there is no place.
    await admin.request('update-meeting', { meetingId, waitingRoom: false });
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace', 'A', 'B']);
    await asks[0]?.request('leave-meeting', { meetingId });
    await asks[2]?.next('meeting-joined');
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace', 'B', 'C']);
    expect(asks[3]?.all('meeting-joined')).toEqual([]);
  });

  it('holds those who wait while the meeting is locked, but for a host who lets them in', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const [first, second] = [await come(other, meetingId), await come(third, meetingId)];
    await admin.request('update-meeting', { meetingId, locked: true });
    const guest = await enterAsGuest(server, meetingId, 'Late');
    await expect(come(guest, meetingId)).rejects.toMatchObject({ code: 'LOCKED' });
    await admin.request('update-meeting', { meetingId, waitingRoom: false });
    expect(namesIn(meetingId)).toEqual(['Ada Lovelace']);
    const { participantId } = second;
    await admin.request('admit-participant', { meetingId, participantId });
    await second.next('meeting-joined');
    await admin.request('update-meeting', { meetingId, locked: false });
    await first.next('meeting-joined');
    // Switched on again, whoever is in stays in.
    await admin.request('update-meeting', { meetingId, waitingRoom: true });
    expect(namesIn(meetingId)).toHaveLength(3);
  });

  it('turns away who may not enter any more, and everybody when the meeting ends', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const guest = await come(await enterAsGuest(server, meetingId, 'Grace'), meetingId);
    const member = await come(other, meetingId);
    await call(server, 'updateMeeting', {
      ...{ token: host.token, params: { idOrCode: meetingId }, body: { allowGuests: false } },
    });
    expect(await guest.next('join-denied')).toEqual({ meetingId, code: 'GUESTS_NOT_ALLOWED' });
    await admin.request('end-meeting', { meetingId });
    expect(await member.next('join-denied')).toEqual({ meetingId, code: 'ENDED' });
    expect(member.all('meeting-ended')).toEqual([]);
  });

  it('lets each in exactly once, however many hosts admit, deny and leave at once, a hundred times', async () => {
    const meetingId = await withWaitingRoom();
    const admin = await come(host, meetingId);
    const helper = await come(third, meetingId);
    await admin.request('admit-participant', { meetingId, all: true });
    const { participantId: helperId } = helper;
    await admin.request('assign-role', { meetingId, participantId: helperId, role: 'cohost' });
    for (let round = 0; round < 100; round++) {
      const asks = await TestClient.connect(server.url, other.token);
      const { participantId } = await asks.request('join-meeting', { meetingId });
      const decided = { meetingId, participantId };
      const acts = [
        () => admin.raw('admit-participant', decided),
        () => helper.raw('admit-participant', decided),
        () => admin.raw('deny-participant', decided),
        () => (round % 3 === 0 ? asks.raw('leave-meeting', { meetingId }) : Promise.resolve()),
        () => {
          if (round % 3 === 1) asks.cut();
          return Promise.resolve();
        },
      ];
      const turn = round % acts.length;
      await Promise.all([...acts.slice(turn), ...acts.slice(0, turn)].map((act) => act()));
      const present = server.meetings.live(meetingId).participants;
      expect(present.filter(({ userId }) => userId === other.userId).length).toBeLessThanOrEqual(1);
      const told = asks.received.map(({ name }) => name);
      expect(told.filter((name) => name === 'meeting-joined').length).toBeLessThanOrEqual(1);
      const back = await TestClient.connect(server.url, other.token);
      const { status } = await back.request('join-meeting', { meetingId, takeOver: true });
      const inside = () =>
        server.meetings.live(meetingId).participants.some(({ userId }) => userId === other.userId);
      expect(inside()).toBe(status === 'joined');
      await back.request('leave-meeting', { meetingId });
      expect(inside()).toBe(false);
      back.close();
      asks.close();
    }
    const { waiting } = await rejoin(host, meetingId).next('waiting-room');
    expect(waiting).toEqual([]);
    await eventually(() => expect(namesIn(meetingId)).toHaveLength(2));
  });
});
