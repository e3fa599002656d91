import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { call, signUp, type Person } from '../../support/people.ts';
import {
  ask,
  createRoom,
  enter,
  goesOn,
  listen,
  reaches,
  segmentsOf,
  type Heard,
} from '../../support/live/airing.ts';
import { useMixingServer } from '../../support/live/mixingServer.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const MINUTE_MS = 60_000;

describe('a server that mixes', () => {
  const mixing = useMixingServer();

  test(
    'takes a room on air, off it, and on it again with other keys',
    async () => {
      const { server, host } = mixing;
      const { roomId } = await createRoom(server, host, 'stage');
      await startWhenReady(server, host, roomId);
      await reaches(server, roomId, 'on-air');
      const token = await enter(server, roomId);
      await goesOn(server, roomId, -1);
      const [heard] = await segmentsOf(server, roomId);
      if (!heard) throw new Error('there is no segment');
      await listen(server, roomId, token, heard);

      // Nothing listens there: that is the push's own affair, and its key is nobody else's.
      const pushes = async () => (await healthOf(server, host, roomId)).pushes;
      const { push } = await addPush(server, host, roomId, 'rtmp://127.0.0.1:1/live/the-key');
      await eventually(async () => {
        expect(await pushes()).toMatchObject([{ id: push.id, state: 'failed' }]);
      }, MINUTE_MS);
      expect(JSON.stringify(await pushes())).not.toContain('the-key');
      const params = { roomId, pushId: push.id };
      await call(server, 'removeLivePush', { token: host.token, params });
      await eventually(async () => expect(await pushes()).toEqual([]));

      expect((await ask(server, host, 'stopLiveRoom', roomId)).desired).toBe('off');
      await reaches(server, roomId, 'stopped');
      await ask(server, host, 'startLiveRoom', roomId);
      // What was made before it was taken off air stays in the playlist for a while.
      const ofFirstAiring = airingOf(heard);
      const again = await eventually(async () => {
        const newest = (await segmentsOf(server, roomId)).at(-1);
        if (!newest) throw new Error('there is no segment');
        expect(airingOf(newest)).not.toBe(ofFirstAiring);
        return newest;
      }, MINUTE_MS);
      expect(again.sequence).toBeGreaterThan(heard.sequence);
      await listen(server, roomId, token, again);
    },
    2 * MINUTE_MS,
  );

  test(
    'removes a room that is on air, and everything of it',
    async () => {
      const { server, host } = mixing;
      const { roomId } = await createRoom(server, host, 'stage');
      await startWhenReady(server, host, roomId);
      await goesOn(server, roomId, -1);
      const [heard] = await segmentsOf(server, roomId);
      expect((await ask(server, host, 'removeLiveRoom', roomId)).state).toBe('removing');
      await expect(ask(server, host, 'startLiveRoom', roomId)).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_STATE|NOT_FOUND/) as string,
      });
      await eventually(async () => {
        await expect(call(server, 'readLiveRoom', { params: { roomId } })).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      }, MINUTE_MS);
      const gone = await fetch(`${server.url}${heard?.keyPath ?? ''}`);
      expect(gone.status).not.toBe(200);
      // Its name and its meeting are free again.
      await createRoom(server, host, roomId);
    },
    2 * MINUTE_MS,
  );

  test(
    'ends a room with its meeting',
    async () => {
      const { server, host } = mixing;
      const { roomId, meetingId } = await createRoom(server, host, 'stage');
      await startWhenReady(server, host, roomId);
      await reaches(server, roomId, 'on-air');
      await call(server, 'endMeeting', { token: host.token, params: { idOrCode: meetingId } });
      await reaches(server, roomId, 'stopped');
      await expect(ask(server, host, 'startLiveRoom', roomId)).rejects.toMatchObject({
        code: 'ENDED',
      });
    },
    2 * MINUTE_MS,
  );
});

const addPush = (server: TestServer, { token }: Person, roomId: string, url: string) =>
  call(server, 'addLivePush', { token, params: { roomId }, body: { url } });

const healthOf = async (server: TestServer, { token }: Person, roomId: string) =>
  (await call(server, 'readLiveHealth', { token, params: { roomId } })).health;

/** FFmpeg is looked for while the server is there already. */
async function startWhenReady(server: TestServer, host: Person, roomId: string): Promise<void> {
  await eventually(() => ask(server, host, 'startLiveRoom', roomId));
}

describe('a server that does not mix', () => {
  let server: TestServer;
  let host: Person;
  beforeEach(async () => {
    server = await startTestServer();
    host = await signUp(server);
  });
  afterEach(() => server.close());

  test('says so, and changes nothing', async () => {
    const { roomId } = await createRoom(server, host, 'stage');
    await expect(ask(server, host, 'startLiveRoom', roomId)).rejects.toMatchObject({
      ...{ code: 'NO_CAPACITY', message: expect.stringContaining('FFmpeg') as string },
    });
    const { room } = await call(server, 'readLiveRoom', { params: { roomId } });
    expect(room).toMatchObject({ state: 'created', startedAt: null });
  });

  test('keeps rooms: names are taken once, and others’ rooms are others’', async () => {
    const stranger = await signUp(server, 'Mallory');
    const { roomId, meetingId } = await createRoom(server, host, 'stage');
    await expect(createRoom(server, stranger, 'stage')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(createRoom(server, host, 'other', meetingId)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(createRoom(server, stranger, 'mine', meetingId)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(createRoom(server, host, 'none', 'no-such-meeting')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    for (const what of ['startLiveRoom', 'stopLiveRoom', 'removeLiveRoom'] as const) {
      await expect(ask(server, stranger, what, roomId)).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await expect(ask(server, host, what, 'no-such-room')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    // No meeting was made for a name that was taken.
    const { meetings } = await call(server, 'listMeetings', { token: stranger.token });
    expect(meetings).toEqual([]);
  });

  test('sends a room to a few addresses of RTMP, and to nothing else', async () => {
    const { roomId } = await createRoom(server, host, 'stage');
    for (const url of [
      'http://example.org/live/key',
      'rtmp://',
      'rtmp://a b',
      'file:///etc/passwd',
    ]) {
      await expect(addPush(server, host, roomId, url)).rejects.toMatchObject({
        code: 'INVALID_PAYLOAD',
      });
    }
    const url = 'rtmps://example.org/live/the-key';
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => addPush(server, host, roomId, url)),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const one of refused) expect(one).toMatchObject({ reason: { code: 'CONFLICT' } });
    const { pushes } = await healthOf(server, host, roomId);
    expect(pushes.map(({ address, state }) => [address, state])).toEqual(
      Array.from({ length: 3 }, () => ['rtmps://example.org/live/***', 'waiting']),
    );
    const stranger = await signUp(server, 'Mallory');
    await expect(addPush(server, stranger, roomId, url)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('shows a room to strangers as far as it is theirs to see', async () => {
    const { roomId } = await createRoom(server, host, 'stage');
    const strange = (await call(server, 'readLiveRoom', { params: { roomId } })).room;
    expect(strange).not.toHaveProperty('meetingCode');
    const own = await call(server, 'readLiveRoom', { params: { roomId }, token: host.token });
    expect(own.room).toHaveProperty('meetingCode');
    const { rooms } = await call(server, 'listLiveRooms', { token: host.token });
    expect(rooms).toEqual([own.room]);
  });

  test('takes another PIN, and voids what was given out for the one before', async () => {
    const { roomId } = await createRoom(server, host, 'stage');
    await enter(server, roomId);
    const body = { pin: 'another one', title: 'The stage' };
    await call(server, 'updateLiveRoom', { token: host.token, params: { roomId }, body });
    await expect(enter(server, roomId)).rejects.toMatchObject({ code: 'PASSCODE_WRONG' });
    await enter(server, roomId, 'another one');
    const { room } = await call(server, 'readLiveRoom', { params: { roomId } });
    expect(room.title).toBe('The stage');
  });
});

/** What every key of one time on air has in its address. */
function airingOf({ keyPath }: Heard): string {
  return keyPath.split('/').at(-2) ?? '';
}
