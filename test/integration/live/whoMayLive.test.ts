import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { ask, createRoom, enter, goesOn, MIXING } from '../../support/live/airing.ts';
import { goOnAir, openChat, writeChat } from '../../support/live/listenerChat.ts';
import { createMeeting, createVisits } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { gather, type Cast } from '../../support/whoMay/cast.ts';
import { LIVE_SCENES, type OnAir } from '../../support/whoMay/liveScenes.ts';
import { answersOf, LIVE } from '../../support/whoMay/tables.ts';
import { tryLive } from '../../support/whoMay/tryLive.ts';

const OPERATOR = `${randomUUID()}@example.org`;
const MINUTE_MS = 60_000;

describe.each(EDGE_BACKENDS)('who may do what with a live room, on %s', (backend) => {
  let server: TestServer;
  let cast: Cast;
  let place: Pick<OnAir, 'meetingId' | 'roomId'>;
  let stage: OnAir;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      ...MIXING,
      PARLEY_ADMIN_EMAILS: OPERATOR,
    });
    cast = await gather(server, OPERATOR);
  });
  beforeEach(async () => {
    const { host } = cast;
    const meetingId = (await createMeeting(server, host)).id;
    place = { meetingId, roomId: randomUUID() };
    const at = await visits.come(host, meetingId);
    await createRoom(server, host, place.roomId, meetingId);
    await goOnAir(server, host, place.roomId);
    await goesOn(server, place.roomId, -1);
    stage = { server, visits, ...cast, ...place, at };
  }, MINUTE_MS);
  afterEach(async () => {
    await ask(server, cast.host, 'removeLiveRoom', place.roomId);
    visits.end();
  });
  afterAll(() => server.close());

  it.each(Object.keys(LIVE.rows) as (keyof typeof LIVE.rows)[])('%s', async (row) => {
    const { host } = cast;
    const { roomId } = place;
    await openChat(server, host, roomId, 'write');
    const { id } = await writeChat(server, await enter(server, roomId), roomId, 'rude');
    const scene = await LIVE_SCENES[row](stage);
    expect(await tryLive(stage, scene, id)).toEqual(answersOf(LIVE, row));
  });
});
