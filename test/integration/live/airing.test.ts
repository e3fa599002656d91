import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { call, signUp, type Person } from '../../support/people.ts';
import {
  ask,
  createRoom,
  enter,
  goesOn,
  listen,
  MIXING,
  reaches,
  segmentsOf,
} from '../../support/live/airing.ts';
import { possessions } from '../../support/live/possessions.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const MINUTE_MS = 60_000;

describe('a server that mixes', () => {
  let server: TestServer;
  let host: Person;
  let before: Awaited<ReturnType<typeof possessions>>;
  beforeEach(async () => {
    before = await possessions();
    server = await startTestServer(MIXING);
    host = await signUp(server);
  });
  afterEach(async () => {
    await server.close();
    // No process and no folder is left behind.
    await eventually(async () => expect(await possessions()).toEqual(before));
  });

  test(
    'takes a room on air, off it, and on it again with other keys',
    async () => {
      const { roomId } = await createRoom(server, host, 'stage');
      await startWhenReady(server, host, roomId);
      await reaches(server, roomId, 'on-air');
      const token = await enter(server, roomId);
      const first = await goesOn(server, roomId, -1);
      const [heard] = await segmentsOf(server, roomId);
      if (!heard) throw new Error('there is no segment');
      await listen(server, roomId, token, heard);

      expect((await ask(server, host, 'stopLiveRoom', roomId)).desired).toBe('off');
      await reaches(server, roomId, 'stopped');
      await ask(server, host, 'startLiveRoom', roomId);
      const last = await goesOn(server, roomId, first + 1);
      const again = (await segmentsOf(server, roomId)).find(({ sequence }) => sequence === last);
      expect(again?.keyPath.split('/').at(-2)).not.toBe(heard.keyPath.split('/').at(-2));
      if (again) await listen(server, roomId, token, again);
    },
    2 * MINUTE_MS,
  );

  test(
    'removes a room that is on air, and everything of it',
    async () => {
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
