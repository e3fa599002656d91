import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { ask, createRoom, enter, goesOn, MIXING, reaches } from '../../support/live/airing.ts';
import { goOnAir } from '../../support/live/listenerChat.ts';
import { call, createMeeting, createVisits, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const LONG_MS = 120_000;
/** A mixer has to begin on a busy machine. */
const PATIENCE_MS = 40_000;

let server: TestServer;
let host: Person;
let roomId: string;
let meetingId: string;
let token: string;
const visits = createVisits(() => server);

beforeAll(async () => {
  server = await startTestServer(MIXING);
  host = await signUp(server);
  meetingId = (await createMeeting(server, host)).id;
  await visits.come(host, meetingId);
  roomId = 'stage';
  await createRoom(server, host, roomId, meetingId);
});
afterAll(async () => {
  visits.end();
  await server.close();
});

const params = () => ({ roomId });
const update = (body: { replay?: boolean; pin?: string }) =>
  call(server, 'updateLiveRoom', { token: host.token, params: params(), body });
const stateOf = async () =>
  (await call(server, 'watchLiveRoom', { params: params() })).room.replayState;
const until = (state: string) =>
  eventually(async () => expect(await stateOf()).toBe(state), PATIENCE_MS);
const open = (listener = token) =>
  call(server, 'openLiveReplay', { token: listener, params: params() });

/** Records for a moment. @returns what was recorded */
async function record(): Promise<string> {
  const { recording } = await eventually(
    () =>
      call(server, 'startRecording', {
        ...{ token: host.token, params: { idOrCode: meetingId }, body: {} },
      }),
    PATIENCE_MS,
  );
  const ofIt = { token: host.token, params: { recordingId: recording.id } };
  await eventually(async () => {
    expect((await call(server, 'readRecording', ofIt)).recording.state).toBe('recording');
  }, PATIENCE_MS);
  // Something is to be in it.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return recording.id;
}

async function finish(recordingId: string): Promise<void> {
  const ofIt = { token: host.token, params: { recordingId } };
  await call(server, 'stopRecording', ofIt);
  await eventually(async () => {
    expect((await call(server, 'readRecording', ofIt)).recording.state).toBe('ready');
  }, PATIENCE_MS);
}

test(
  'listeners watch what was recorded on air, as long as its host lets them',
  async () => {
    // What was recorded before is nobody's affair.
    await finish(await record());
    await update({ replay: true });
    await goOnAir(server, host, roomId);
    await goesOn(server, roomId, -1);
    token = await enter(server, roomId);
    const recordingId = await record();
    expect(await stateOf()).toBe('none');
    await expect(open()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await ask(server, host, 'stopLiveRoom', roomId);
    await reaches(server, roomId, 'stopped');
    await until('preparing');
    await expect(open()).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await finish(recordingId);
    await until('ready');

    const opened = await open();
    expect(opened.durationMs).toBeGreaterThan(1_000);
    const video = await fetch(`${server.url}${opened.url}`, { headers: { range: 'bytes=0-99' } });
    expect([video.status, video.headers.get('content-type')]).toEqual([206, 'video/mp4']);
    const start = Buffer.from(await video.arrayBuffer());
    expect([start.length, start.toString('latin1', 4, 8)]).toEqual([100, 'ftyp']);
    expect(video.headers.get('cache-control')).toBe('private, no-store');

    const status = async (url = opened.url) => (await fetch(`${server.url}${url}`)).status;
    const [bare = ''] = opened.url.split('?');
    expect(await status(bare)).toBe(401);
    expect(await status(`${bare}?ticket=nonsense`)).toBe(401);
    expect(await status(opened.url.replace('/stage/', '/another/'))).toBe(401);

    // Taken back, it is gone at once, and there again with what was given out.
    await update({ replay: false });
    expect(await status()).toBe(404);
    await expect(open()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await update({ replay: true });
    expect(await status()).toBe(200);
    await update({ pin: 'another one' });
    expect(await status()).toBe(401);
    await expect(open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await open(await enter(server, roomId, 'another one'));
    expect(await status(again.url)).toBe(200);
    const ofIt = { token: host.token, params: { recordingId } };
    await call(server, 'removeRecording', ofIt);
    expect(await status(again.url)).toBe(404);
    await until('none');
  },
  LONG_MS,
);
