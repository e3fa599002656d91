import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, createVisits, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe('a second screen', () => {
  let server: TestServer;
  let ada: Person;
  let alan: Person;
  let edsger: Person;
  const { come, connect, end } = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: '300',
      PARLEY_MEETINGS_RELOAD_GRACE_MS: '300',
    });
    [ada, alan, edsger] = await Promise.all([
      signUp(server),
      signUp(server, 'Alan Turing'),
      signUp(server, 'Edsger Dijkstra'),
    ]);
  });
  afterAll(() => server.close());
  afterEach(end);

  const inside = (meetingId: string) =>
    server.meetings
      .live(meetingId)
      .participants.map(({ name, companion }) => `${name}${companion ? ', beside' : ''}`);

  /** Ada leads with two screens, Alan helps her. */
  async function withHelper() {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId, { deviceId: 'laptop' });
    const helper = await come(alan, meetingId, { deviceId: 'desk' });
    const { participantId } = helper;
    await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
    const screen = await come(ada, meetingId, { deviceId: 'tablet', companion: true });
    return { meetingId, host, helper, screen };
  }

  it('gives nobody power over its owner', async () => {
    const { meetingId, host, helper, screen } = await withHelper();
    const target = { meetingId, participantId: screen.participantId };
    for (const ban of [false, true]) {
      await expect(helper.request('remove-participant', { ...target, ban })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    // Nor over a host who did not make the meeting.
    await host.request('assign-role', {
      ...{ meetingId, participantId: helper.participantId, role: 'host' },
    });
    const beside = await come(alan, meetingId, { deviceId: 'phone', companion: true });
    const { participantId } = beside;
    await expect(
      host.request('remove-participant', { meetingId, participantId }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(inside(meetingId)).toHaveLength(4);
  });

  it('can be put out alone by its owner, and by nobody for good', async () => {
    const { meetingId, host, screen } = await withHelper();
    const target = { meetingId, participantId: screen.participantId };
    await expect(
      host.request('remove-participant', { ...target, ban: true }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await host.request('remove-participant', target);
    expect(await screen.next('meeting-left')).toMatchObject({ reason: 'removed' });
    expect(inside(meetingId)).toEqual(['Ada Lovelace', 'Alan Turing']);
  });

  it('is one: another takes its place', async () => {
    const { meetingId, screen } = await withHelper();
    const next = await come(ada, meetingId, { deviceId: 'phone', companion: true });
    expect(next.participantId).toBe(screen.participantId);
    expect(await screen.next('meeting-left')).toMatchObject({ reason: 'replaced' });
    expect(inside(meetingId)).toEqual(['Ada Lovelace', 'Alan Turing', 'Ada Lovelace, beside']);
  });

  it('has no part in the name that its owner comes back with', async () => {
    const { meetingId, host } = await withHelper();
    const main = await come(edsger, meetingId, { deviceId: 'laptop' });
    const beside = await come(edsger, meetingId, { deviceId: 'phone', companion: true });
    const rename = (participantId: string, name: string) =>
      host.request('rename-participant', { meetingId, participantId, name });
    await rename(main.participantId, 'Edsger W.');
    await rename(beside.participantId, 'A phone');
    main.cut();
    await host.next('participant-left', ({ reason }) => reason === 'connection-lost');
    await come(edsger, meetingId, { deviceId: 'laptop' });
    await eventually(() => expect(inside(meetingId)).toContain('Edsger W.'));
  });

  it('cannot be spoken for by a connection that has a place already', async () => {
    const { meetingId, host, screen } = await withHelper();
    const { epoch, seq } = await host.next('meeting-joined');
    await expect(
      host.request('resume-meeting', {
        ...{ meetingId, participantId: screen.participantId, epoch, seq },
      }),
    ).rejects.toMatchObject({ code: 'INVALID_STATE' });
    // Nor does a join from its own connection make it the owner's.
    await screen.request('join-meeting', { meetingId, deviceId: 'laptop', companion: true });
    host.cut();
    screen.cut();
    await eventually(() => expect(inside(meetingId)).toEqual(['Alan Turing']));
  });

  it('is let in only beside its owner', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    const asks = await come(edsger, meetingId, { deviceId: 'tablet', companion: true });
    expect(asks.status).toBe('waiting');
    await host.request('admit-participant', { meetingId, all: true });
    await asks.next('meeting-joined');
    expect(inside(meetingId)).toEqual(['Ada Lovelace', 'Edsger Dijkstra']);
  });

  it('keeps its owner from waiting anew', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    const main = await come(edsger, meetingId, { deviceId: 'laptop' });
    await host.request('admit-participant', { meetingId, all: true });
    await main.next('meeting-joined');
    await come(edsger, meetingId, { deviceId: 'phone', companion: true });
    await main.request('leave-meeting', { meetingId });
    const back = await main.request('join-meeting', { meetingId, deviceId: 'laptop' });
    expect(back.status).toBe('joined');
  });

  it('keeps a call that it has taken over while the other device was away', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    const laptop = await come(alan, meetingId, { deviceId: 'laptop' });
    const { epoch, seq } = await laptop.next('meeting-joined');
    laptop.cut();
    await eventually(() => {
      const { participants } = server.meetings.live(meetingId);
      expect(participants[0]?.connection.state).toBe('reconnecting');
    });
    const phone = await come(alan, meetingId, { deviceId: 'phone' });
    expect(phone.participantId).toBe(laptop.participantId);
    // The laptop finds its network again: nobody has asked it to take the call back.
    const back = await connect(alan);
    const resume = { meetingId, participantId: laptop.participantId, epoch, seq };
    await expect(
      back.request('resume-meeting', { ...resume, deviceId: 'laptop' }),
    ).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await expect(
      back.request('join-meeting', { meetingId, deviceId: 'laptop' }),
    ).rejects.toMatchObject({ code: 'ALREADY_JOINED' });
    expect(phone.all('meeting-left')).toEqual([]);
  });
});
