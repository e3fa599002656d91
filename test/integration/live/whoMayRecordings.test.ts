import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIXING } from '../../support/live/airing.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Person,
} from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { gather, type Stage } from '../../support/whoMay/cast.ts';
import { answersOf, RECORDINGS } from '../../support/whoMay/tables.ts';
import { tryRecordings, type Recorded } from '../../support/whoMay/tryRecordings.ts';

const OPERATOR = `${randomUUID()}@example.org`;
/** A mixer has to begin on a busy machine. */
const PATIENCE_MS = 40_000;

describe('who may record, and what of it', () => {
  let server: TestServer;
  let stage: Stage;
  let recorded: Recorded;
  let people: Record<keyof typeof RECORDINGS.rows, Person>;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({ ...MIXING, PARLEY_ADMIN_EMAILS: OPERATOR });
    stage = { server, visits, ...(await gather(server, OPERATOR)) };
    const { host, member, third, stranger, operator, gone } = stage;
    const { id: meetingId } = await createMeeting(server, host, { waitingRoom: true });
    const atHost = await visits.come(host, meetingId);
    const comesIn = async (person: Person) => {
      const { participantId } = await visits.come(person, meetingId);
      await atHost.request('admit-participant', { meetingId, participantId });
      return participantId;
    };
    const participantId = await comesIn(member);
    await atHost.request('assign-role', { meetingId, participantId, role: 'cohost' });
    await comesIn(third);
    const guest = await enterAsGuest(server, meetingId);
    await comesIn(guest);
    const waiting = await signUp(server, 'Waiting');
    await visits.come(waiting, meetingId);
    people = {
      ...{ 'its host': host, 'a co-host': member, 'a participant': third, 'a guest': guest },
      ...{ 'who waits': waiting, 'anybody else': stranger, 'an operator': operator },
      'somebody signed out': gone,
    };
    recorded = { meetingId, host, recordingId: await record(host, meetingId) };
  }, 3 * PATIENCE_MS);
  afterAll(async () => {
    visits.end();
    await server.close();
  });

  /** @returns one that can be played */
  async function record({ token }: Person, meetingId: string): Promise<string> {
    const params = { idOrCode: meetingId };
    const { recording } = await eventually(
      () => call(server, 'startRecording', { token, params, body: {} }),
      PATIENCE_MS,
    );
    const { id: recordingId } = recording;
    const reaches = (state: string) =>
      eventually(async () => {
        const read = await call(server, 'readRecording', { token, params: { recordingId } });
        expect(read.recording.state).toBe(state);
      }, PATIENCE_MS);
    await reaches('recording');
    // A segment at least is written.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await call(server, 'stopRecording', { token, params: { recordingId } });
    await reaches('ready');
    return recordingId;
  }

  it.each(Object.keys(RECORDINGS.rows) as (keyof typeof RECORDINGS.rows)[])('%s', async (row) => {
    expect(await tryRecordings(stage, people[row], recorded)).toEqual(answersOf(RECORDINGS, row));
  });
});
