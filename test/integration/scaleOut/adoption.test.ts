import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

let server: TestServer;
const visits = createVisits(() => server);

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  vi.restoreAllMocks();
  visits.end();
  await server.close();
});

it('a producer that closes while its meeting is taken over is in no roster', async () => {
  const ada = await signUp(server);
  const { id: meetingId } = await createMeeting(server, ada);
  const host = await visits.come(ada, meetingId);
  const { participantId } = host;
  const { send } = await openTransports(host, meetingId);
  const { producerId } = await host.request(
    'produce',
    produceInput(meetingId, send.id, 'microphone', 'one'),
  );
  // The next owner is this server, too: what it reads is what any other would.
  await server.meetings.giveAway();
  const { cascade, media, instanceId: owner } = server;
  const adopt = cascade.adoptMeeting.bind(cascade);
  vi.spyOn(cascade, 'adoptMeeting').mockImplementation(async (id, epoch) => {
    const adopted = await adopt(id, epoch);
    const closed = new Promise((resolve) => cascade.once('producer-closed', resolve));
    await media.closeParticipant({ meetingId, epoch, owner, worker: 0, participantId });
    await closed;
    return adopted;
  });
  const { epoch } = await server.meetings.open(meetingId);
  const meeting = server.meetings.live(meetingId);
  expect(meeting.epoch).toBe(epoch);
  expect(meeting.participants.map(({ id }) => id)).toEqual([participantId]);
  expect([...(meeting.participants[0]?.producers.keys() ?? [])]).not.toContain(producerId);
});
