import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { ParleyProcess } from '../../../bench/support/ParleyProcess.ts';
import type { RecordAutomatically } from '../../../protocol/meetings.ts';
import { copyEmbeddedDatabase } from '../../support/embeddedDatabase.ts';
import { eventually } from '../../support/eventually.ts';
import { MIXING } from '../../support/live/airing.ts';
import { call, createMeeting, createVisits, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const LONG_MS = 120_000;
/** A mixer has to begin on a busy machine. */
const PATIENCE_MS = 40_000;
/** A meeting that was empty for so long begins a new sitting. */
const GAP_MS = 300;

interface Site {
  url: string;
}

const recorded = (recordAutomatically: RecordAutomatically = 'composite') => ({
  settings: { recordAutomatically },
});
const list = async (site: Site, host: Person) =>
  (await call(site, 'listRecordings', { token: host.token })).recordings;
/** Waits for the latest recording of so many. */
const reaches = (site: Site, host: Person, state: string, count = 1) =>
  eventually(async () => {
    const [latest, ...others] = await list(site, host);
    expect([latest?.state, others.length + 1]).toEqual([state, count]);
    if (!latest) throw new Error('there is one');
    return latest;
  }, PATIENCE_MS);
const stop = (site: Site, host: Person, recordingId: string) =>
  call(site, 'stopRecording', { token: host.token, params: { recordingId } });

describe('a server with one mixer', () => {
  let server: TestServer;
  const { come, end } = createVisits(() => server);
  beforeAll(async () => {
    server = await startTestServer({
      ...{ ...MIXING, PARLEY_MEETINGS_EMPTY_MEETING_TTL_MS: String(GAP_MS) },
    });
  });
  afterEach(end);
  afterAll(() => server.close());

  test(
    'records a meeting when a host is in it, again when they come back, and tells everybody',
    async () => {
      const [host, guest] = [await signUp(server), await signUp(server)];
      const meeting = await createMeeting(server, host, { ...recorded(), waitingRoom: true });
      const params = { idOrCode: meeting.code };
      const seen = await call(server, 'readMeeting', { params });
      expect(seen.meeting.settings.recordAutomatically).toBe('composite');
      expect((await come(guest, meeting.id)).status).toBe('waiting');
      // Of two meetings the one with a host in it is begun: both were looked at.
      const other = await signUp(server);
      const { id: busy } = await createMeeting(server, other, recorded('composite-and-tracks'));
      await come(other, busy);
      const first = await reaches(server, other, 'recording');
      expect(first).toMatchObject({ composite: true, tracks: true, meetingId: busy });
      expect(await list(server, host)).toEqual([]);

      // The only mixer is taken.
      const ada = await come(host, meeting.id);
      const { meetingId } = await ada.next('recording-waiting');
      expect(meetingId).toBe(meeting.id);
      expect(await list(server, host)).toEqual([]);
      await stop(server, other, first.id);
      await ada.next('broadcast-updated', ({ broadcast }) => broadcast.recording);
      const { broadcast } = await call(server, 'readMeeting', { params });
      expect(broadcast.recording).toBe(true);
      expect(await list(server, other)).toHaveLength(1);

      // Ended by hand it is not begun again while they are there, as others are.
      const begun = await reaches(server, host, 'recording');
      await stop(server, host, begun.id);
      await ada.next('broadcast-updated', (told) => !told.broadcast.recording);
      const third = await signUp(server);
      const { id: last } = await createMeeting(server, third, recorded());
      await come(third, last);
      await reaches(server, third, 'recording');
      expect(await list(server, host)).toHaveLength(1);
      await call(server, 'endMeeting', { token: third.token, params: { idOrCode: last } });

      // A sitting ends when nobody was there for so long.
      await ada.request('leave-meeting', { meetingId });
      await new Promise((resolve) => setTimeout(resolve, 2 * GAP_MS));
      await come(host, meetingId);
      await reaches(server, host, 'recording', 2);
      await call(server, 'endMeeting', { token: host.token, params });
      await reaches(server, host, 'ready', 2);
    },
    LONG_MS,
  );

  test('lets the host alone decide on it', async () => {
    const [host, helper] = [await signUp(server), await signUp(server)];
    const { id: meetingId } = await createMeeting(server, host);
    const ada = await come(host, meetingId);
    const grace = await come(helper, meetingId);
    const { participantId } = grace;
    await ada.request('assign-role', { meetingId, participantId, role: 'cohost' });
    const settings = { recordAutomatically: 'composite' as const };
    await expect(grace.request('update-meeting', { meetingId, settings })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    // What they may change they may change beside it.
    const allowed = { mayReact: false, recordAutomatically: 'off' as const };
    await grace.request('update-meeting', { meetingId, settings: allowed });
    await ada.request('update-meeting', { meetingId, settings });
    await ada.next('meeting-updated', ({ meeting }) => {
      const { mayReact, recordAutomatically } = meeting.settings;
      return !mayReact && recordAutomatically === 'composite';
    });
  });
});

test(
  'a server that is killed while it records by itself goes on with the same recording',
  async () => {
    const server = await ParleyProcess.start(MIXING, (dataDir) =>
      copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir),
    );
    const { come, end } = createVisits(() => server);
    try {
      const host = await signUp(server);
      const { id: meetingId } = await createMeeting(server, host, recorded());
      await come(host, meetingId);
      const { id } = await reaches(server, host, 'recording');
      await server.crash();
      end();
      await come(host, meetingId);
      expect(await reaches(server, host, 'recording')).toMatchObject({ id });
      await stop(server, host, id);
      await reaches(server, host, 'ready');
      // Stopped in the sitting that the crash has interrupted: another meeting is begun, and this one is not.
      const { id: other } = await createMeeting(server, host, recorded());
      await come(await signUp(server), meetingId);
      await come(host, other);
      const latest = await reaches(server, host, 'recording', 2);
      expect(latest.meetingId).toBe(other);
    } finally {
      end();
      await server.stop();
    }
  },
  LONG_MS,
);
