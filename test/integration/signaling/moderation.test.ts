import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import {
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe.each(EDGE_BACKENDS)('hosts, on %s', (backend) => {
  let server: TestServer;
  let ada: Person;
  let alan: Person;
  let edsger: Person;
  const { come, end } = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_MEETINGS_RECONNECT_GRACE_MS: '400',
      PARLEY_MEETINGS_RELOAD_GRACE_MS: '400',
      PARLEY_MEETINGS_HOST_GRACE_MS: '800',
    });
    [ada, alan, edsger] = await Promise.all([
      signUp(server),
      signUp(server, 'Alan Turing'),
      signUp(server, 'Edsger Dijkstra'),
    ]);
  });
  afterAll(() => server.close());
  afterEach(end);

  /** A meeting with its creator, an account and a guest. */
  async function three() {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId);
    const member = await come(alan, meetingId);
    const guest = await come(await enterAsGuest(server, meetingId, 'Grace'), meetingId);
    return { meetingId, host, member, guest };
  }

  const transports = new Map<Joined, ReturnType<typeof openTransports>>();
  /** Every producer that a client was ever given. */
  const produced = new Map<string, { id: string; source: string }[]>();

  function transportsOf(client: Joined, meetingId: string) {
    const opened = transports.get(client) ?? openTransports(client, meetingId);
    transports.set(client, opened);
    return opened;
  }

  async function publish(
    client: Joined,
    meetingId: string,
    ...sources: ('microphone' | 'camera')[]
  ) {
    const { send } = await transportsOf(client, meetingId);
    const produce = async (source: 'microphone' | 'camera', requestId: string) => {
      const input = produceInput(meetingId, send.id, source, requestId);
      const { producerId } = await client.request('produce', input);
      const known = produced.get(client.participantId) ?? [];
      produced.set(client.participantId, [...known, { id: producerId, source }]);
    };
    for (const source of sources) await produce(source, source);
    return produce;
  }

  /** What the media layer forwards of somebody, as whoever receives it is told. */
  async function heardBy(viewer: Joined, meetingId: string, { participantId }: Joined) {
    const { recv } = await transportsOf(viewer, meetingId);
    const all = produced.get(participantId) ?? [];
    const { consumers } = await viewer.request('consume', {
      ...{ meetingId, transportId: recv.id, producerIds: all.map(({ id }) => id) },
    });
    return Object.fromEntries(
      consumers.map(({ source, producerPaused }) => [source, producerPaused ? 'muted' : 'live']),
    );
  }

  const seen = (meetingId: string, { participantId }: Joined) =>
    server.meetings
      .live(meetingId)
      .participants.find(({ id }) => id === participantId)
      ?.toView();
  const roles = (meetingId: string) =>
    Object.fromEntries(
      server.meetings.live(meetingId).participants.map(({ name, role }) => [name, role]),
    );
  it('mute one, whose client cannot help it, and let them unmute or not', async () => {
    const { meetingId, host, member } = await three();
    await publish(member, meetingId, 'microphone', 'camera');
    expect(await heardBy(host, meetingId, member)).toEqual({ microphone: 'live', camera: 'live' });
    const target = { meetingId, participantId: member.participantId };
    await host.request('mute-participant', target);
    expect(await member.next('media-stopped')).toMatchObject({
      ...{ participantId: member.participantId, source: 'microphone', by: host.participantId },
    });
    expect(await heardBy(host, meetingId, member)).toEqual({ microphone: 'muted', camera: 'live' });
    expect(seen(meetingId, member)).toMatchObject({
      ...{ media: { audio: false, video: true }, stopped: ['microphone'] },
    });
    const on = { meetingId, audio: true, video: true, screenSharing: false };
    expect(await member.request('media-status-update', on)).toMatchObject({ audio: true });
    expect(seen(meetingId, member)).toMatchObject({ media: { audio: true }, stopped: [] });

    // From now on only when asked to.
    await host.request('mute-participant', { meetingId, all: true, mayUnmute: false });
    await expect(member.request('media-status-update', on)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await heardBy(host, meetingId, member)).toMatchObject({ microphone: 'muted' });
    await host.request('ask-to-unmute', { ...target, source: 'microphone' });
    expect(await member.next('unmute-requested')).toMatchObject({
      ...{ by: { name: 'Ada Lovelace' }, source: 'microphone' },
    });
    expect(await member.request('media-status-update', on)).toMatchObject({ audio: true });
    // Muted again, what was granted is over.
    await host.request('mute-participant', target);
    await expect(member.request('media-status-update', on)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('mute somebody whose media is being built anew: it comes back muted', async () => {
    const { meetingId, host, member } = await three();
    await publish(member, meetingId, 'microphone', 'camera');
    for (const { pid } of server.media.workers) process.kill(pid, 'SIGKILL');
    await member.next('media-reset', ({ participantIds }) =>
      participantIds.includes(member.participantId),
    );
    const target = { meetingId, participantId: member.participantId };
    await host.request('mute-participant', target);
    await member.next('media-stopped', ({ source }) => source === 'microphone');
    expect(seen(meetingId, member)).toMatchObject({ stopped: ['microphone'] });
    // The camera was not stopped, and there is nothing left to be muted.
    await host.request('mute-participant', target);
    expect(member.all('media-stopped')).toHaveLength(1);
  });

  it('mute all but hosts', async () => {
    const { meetingId, host, member, guest } = await three();
    const cohost = await come(edsger, meetingId);
    const { participantId } = cohost;
    await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
    await Promise.all(
      [host, member, guest, cohost].map((client) => publish(client, meetingId, 'microphone')),
    );
    const { muted } = await cohost.request('mute-participant', { meetingId, all: true });
    expect(new Set(muted)).toEqual(new Set([member.participantId, guest.participantId]));
    expect(await heardBy(member, meetingId, host)).toEqual({ microphone: 'live' });
    expect(await heardBy(host, meetingId, cohost)).toEqual({ microphone: 'live' });
    expect(await heardBy(host, meetingId, guest)).toEqual({ microphone: 'muted' });
    // Not each other, and not the host.
    for (const target of [host.participantId, participantId]) {
      await expect(
        cohost.request('mute-participant', { meetingId, participantId: target }),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('stop a camera, and keep cameras off', async () => {
    const { meetingId, host, guest } = await three();
    const produce = await publish(guest, meetingId, 'camera');
    await host.request('stop-media', {
      ...{ meetingId, participantId: guest.participantId, source: 'camera' },
    });
    expect(await heardBy(host, meetingId, guest)).toEqual({});
    await produce('camera', 'again');
    await host.request('update-meeting', { meetingId, settings: { mayUseCamera: false } });
    expect(await guest.next('media-stopped', ({ by }) => by === null)).toMatchObject({
      source: 'camera',
    });
    expect(await heardBy(host, meetingId, guest)).toEqual({});
    await expect(produce('camera', 'forbidden')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { participantId } = guest;
    await host.request('ask-to-unmute', { meetingId, participantId, source: 'camera' });
    await produce('camera', 'granted');
    // A microphone has nothing to do with it.
    await produce('microphone', 'first');
    expect(await heardBy(host, meetingId, guest)).toEqual({ camera: 'live', microphone: 'live' });
  });

  it('take a host’s liberties back with the role', async () => {
    const { meetingId, host, member } = await three();
    const { participantId } = member;
    await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
    await host.request('update-meeting', { meetingId, settings: { mayUseCamera: false } });
    await publish(member, meetingId, 'camera');
    await host.request('assign-role', { meetingId, participantId, role: 'participant' });
    await member.next('media-stopped');
    expect(await heardBy(host, meetingId, member)).toEqual({});
    await expect(
      member.request('update-meeting', { meetingId, locked: true }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('see hands in their order and lower them', async () => {
    const { meetingId, host, member, guest } = await three();
    // One after the other, within the same millisecond or not.
    for (const client of [guest, member]) {
      await client.request('raise-hand', { meetingId, raised: true });
    }
    const raised = [seen(meetingId, guest), seen(meetingId, member)].map(
      (one) => one?.handRaisedAt ?? '',
    );
    expect(raised).toEqual(raised.toSorted());
    expect(new Set(raised).size).toBe(2);
    await host.request('lower-hand', { meetingId, participantId: guest.participantId });
    expect(seen(meetingId, guest)).toMatchObject({ handRaised: false });
    expect(seen(meetingId, member)).toMatchObject({ handRaised: true });
    await host.request('lower-hand', { meetingId, all: true });
    expect(seen(meetingId, member)).toMatchObject({ handRaised: false });
  });

  it('decide who may rename themselves and react', async () => {
    const { meetingId, host, guest } = await three();
    const { participantId } = guest;
    const rename = (name: string) => ({ meetingId, participantId, name });
    await guest.request('rename-participant', rename('Grace H.'));
    expect(await host.next('participant-renamed')).toMatchObject({ name: 'Grace H.' });
    const settings = { mayRename: false, mayReact: false };
    await host.request('update-meeting', { meetingId, settings });
    for (const asked of [
      guest.request('rename-participant', rename('Host')),
      guest.request('send-reaction', { meetingId, reaction: '👍' }),
      guest.request('rename-participant', { ...rename('x'), participantId: host.participantId }),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await host.request('rename-participant', rename('Grace Hopper'));
    expect(seen(meetingId, guest)).toMatchObject({ name: 'Grace Hopper' });
  });

  it('put people out, for now or for good, with everything they sent', async () => {
    const { meetingId, host, member, guest } = await three();
    await publish(member, meetingId, 'camera');
    const second = await come(alan, meetingId, { deviceId: 'tablet', companion: true });
    const removal = { meetingId, participantId: member.participantId };
    await host.request('remove-participant', removal);
    // The answer was lost, and it is asked again: it is done.
    await host.request('remove-participant', removal);
    for (const client of [member, second]) {
      expect(await client.next('meeting-left')).toMatchObject({ reason: 'removed' });
    }
    expect(await heardBy(host, meetingId, member)).toEqual({});
    expect(await host.next('participant-left')).toMatchObject({ reason: 'removed' });
    expect(await member.raw('raise-hand', { meetingId, raised: true })).toMatchObject({
      error: { code: 'INVALID_STATE' },
    });
    const back = await come(alan, meetingId);
    expect(back.status).toBe('joined');

    const { participantId } = guest;
    await host.request('remove-participant', { meetingId, participantId, ban: true });
    expect(await guest.next('meeting-left')).toMatchObject({ reason: 'banned' });
    expect(await guest.raw('join-meeting', { meetingId })).toMatchObject({
      error: { code: 'BANNED' },
    });
    // Nobody puts out who made the meeting, whatever role they have now.
    await host.request('assign-role', {
      ...{ meetingId, participantId: back.participantId, role: 'host' },
    });
    await expect(
      back.request('remove-participant', { meetingId, participantId: host.participantId }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('hand over, and the creator has the role back on return', async () => {
    const { meetingId, host, member, guest } = await three();
    await expect(
      host.request('assign-role', {
        ...{ meetingId, participantId: guest.participantId, role: 'cohost' },
      }),
    ).rejects.toMatchObject({ code: 'INVALID_STATE' });
    const { participantId } = member;
    await host.request('assign-role', { meetingId, participantId, role: 'host' });
    expect(roles(meetingId)).toEqual({
      ...{ 'Ada Lovelace': 'cohost', 'Alan Turing': 'host', Grace: 'guest' },
    });
    // A reload is no return.
    const reloaded = await come(ada, meetingId, { takeOver: true });
    expect(roles(meetingId)).toMatchObject({ 'Ada Lovelace': 'cohost', 'Alan Turing': 'host' });
    await reloaded.request('leave-meeting', { meetingId });
    await come(ada, meetingId);
    expect(roles(meetingId)).toMatchObject({ 'Ada Lovelace': 'host', 'Alan Turing': 'cohost' });
    expect(
      await member.next('participant-role-updated', ({ role }) => role === 'cohost'),
    ).toBeDefined();
  });

  it('are succeeded at once when the last one leaves, and come back as what they were', async () => {
    const { meetingId, host, member, guest } = await three();
    const later = await come(edsger, meetingId);
    await host.request('leave-meeting', { meetingId });
    await member.next('participant-role-updated', ({ role }) => role === 'host');
    expect(roles(meetingId)).toEqual({
      ...{ 'Alan Turing': 'host', 'Edsger Dijkstra': 'participant', Grace: 'guest' },
    });
    // A co-host goes before whoever has been here longer.
    const { participantId } = later;
    await member.request('assign-role', { meetingId, participantId, role: 'cohost' });
    const fourth = await come(await signUp(server, 'Barbara'), meetingId);
    await member.request('leave-meeting', { meetingId });
    await later.next('participant-role-updated', ({ role }) => role === 'host');
    expect(roles(meetingId)).toMatchObject({ 'Edsger Dijkstra': 'host', Barbara: 'participant' });
    await come(ada, meetingId);
    expect(roles(meetingId)).toMatchObject({ 'Ada Lovelace': 'host', 'Edsger Dijkstra': 'cohost' });
    // Who has been here longest is a guest, and was never asked.
    expect(roles(meetingId)).toMatchObject({ Grace: 'guest' });
    const given = fourth.all('participant-role-updated').map(({ participantId }) => participantId);
    expect(given.length).toBeGreaterThan(0);
    expect(given).not.toContain(guest.participantId);
  });

  it('are waited for when they lose the connection, and then succeeded', async () => {
    const { meetingId, host, member } = await three();
    host.cut();
    await member.next('participant-left', ({ reason }) => reason === 'connection-lost');
    expect(roles(meetingId)).toMatchObject({ 'Alan Turing': 'participant' });
    await member.next('participant-role-updated', ({ role }) => role === 'host');
    const { entries } = await member.request('list-audit', { meetingId, limit: 1 });
    expect(entries).toMatchObject([
      { action: 'host-succeeded', actor: null, subject: { name: 'Alan Turing' } },
    ]);
    await come(ada, meetingId);
    expect(roles(meetingId)).toMatchObject({
      ...{ 'Ada Lovelace': 'host', 'Alan Turing': 'participant' },
    });
  });

  it('keep a record of what they did, in pages, for hosts only', async () => {
    const { meetingId, host, member } = await three();
    await host.request('update-meeting', { meetingId, locked: true });
    await host.request('update-meeting', { meetingId, locked: false, autoAdmit: 'members' });
    const { participantId } = member;
    await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
    const first = await member.request('list-audit', { meetingId, limit: 2 });
    expect(first.entries).toMatchObject([
      {
        action: 'role-changed',
        actor: { userId: ada.userId, name: 'Ada Lovelace' },
        subject: { userId: alan.userId, name: 'Alan Turing' },
        detail: { role: 'cohost' },
      },
      { action: 'settings-changed', detail: { locked: false, autoAdmit: 'members' } },
    ]);
    const rest = await member.request('list-audit', {
      ...{ meetingId, limit: 2, before: first.next ?? 0 },
    });
    expect(rest).toMatchObject({
      ...{ entries: [{ action: 'settings-changed', detail: { locked: true } }], next: null },
    });
  });

  it('let a second screen in beside its owner, without sound and without rights', async () => {
    const { meetingId, host, member } = await three();
    await expect(come(alan, meetingId, { deviceId: 'tablet' })).rejects.toMatchObject({
      code: 'ALREADY_JOINED',
    });
    const screen = await come(ada, meetingId, { deviceId: 'tablet', companion: true });
    expect(screen.participantId).not.toBe(host.participantId);
    const view = seen(meetingId, screen);
    expect(view).toMatchObject({ companion: true, role: 'participant', userId: ada.userId });
    const { send } = await openTransports(screen, meetingId);
    const sound = { ...produceInput(meetingId, send.id, 'microphone', 'mic'), paused: true };
    expect(await screen.raw('produce', sound)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    const camera = produceInput(meetingId, send.id, 'camera', 'cam');
    expect(await screen.raw('produce', camera)).toMatchObject({ ok: true });
    expect(await screen.raw('update-meeting', { meetingId, locked: true })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    // Its reload finds its own place; the main device keeps its own.
    const reloaded = await come(ada, meetingId, { deviceId: 'tablet', companion: true });
    expect(reloaded.participantId).toBe(screen.participantId);
    expect(host.all('meeting-left')).toEqual([]);
    expect(host.socket.connected).toBe(true);
    // When its owner goes, it does not lead.
    await host.request('leave-meeting', { meetingId });
    await member.next('participant-role-updated', ({ role }) => role === 'host');
    expect(seen(meetingId, reloaded)).toMatchObject({ role: 'participant' });
  });
});
