import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, join, signUp, type Person } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe('media of a meeting', () => {
  let server: TestServer;
  let ada: Person;
  let alan: Person;

  beforeAll(async () => {
    server = await startTestServer({ PARLEY_MEDIA_WORKERS: '2' });
    [ada, alan] = await Promise.all([signUp(server), signUp(server, 'Alan')]);
  });
  afterAll(() => server.close());

  /** Ada publishes microphone and camera; Alan has both transports. */
  async function meet() {
    const { id: meetingId } = await createMeeting(server, ada);
    const publisher = await join(server, ada, meetingId);
    const watcher = await join(server, alan, meetingId);
    const { send } = await openTransports(publisher, meetingId);
    const { send: watchersSend, recv } = await openTransports(watcher, meetingId);
    const produce = (source: 'microphone' | 'camera', requestId: string) =>
      publisher.request('produce', produceInput(meetingId, send.id, source, requestId));
    const microphone = await produce('microphone', 'one');
    const camera = await produce('camera', 'two');
    return {
      meetingId,
      publisher,
      watcher,
      recv,
      send: watchersSend,
      microphone: microphone.producerId,
      camera: camera.producerId,
      async close() {
        for (const client of [publisher, watcher]) {
          await client.request('leave-meeting', { meetingId });
          client.close();
        }
      },
    };
  }

  it('announces producers and derives the media status from them', async () => {
    const meeting = await meet();
    const { watcher, publisher, meetingId } = meeting;
    const added = await watcher.next('producer-added', ({ producer }) => producer.kind === 'video');
    expect(added).toMatchObject({
      participantId: publisher.participantId,
      producer: { id: meeting.camera, source: 'camera', paused: false },
    });
    await watcher.next('participant-media-updated', ({ audio, video }) => audio && video);

    // The truth is what is sent, whatever the client claims.
    const status = { meetingId, audio: false, video: true, screenSharing: true };
    expect(await publisher.request('media-status-update', status)).toEqual({
      audio: false,
      video: true,
      screenSharing: false,
    });
    await watcher.next('participant-media-updated', ({ audio, video }) => !audio && video);
    expect(await watcher.next('producer-updated')).toMatchObject({
      producerId: meeting.microphone,
      paused: true,
    });
    // The numbers of what was heard have no gap.
    const seqs = watcher.received.flatMap(({ payload }) =>
      typeof payload === 'object' && payload !== null && 'seq' in payload ? [payload.seq] : [],
    );
    const first = Number(seqs[0]);
    expect(seqs).toEqual(seqs.map((_, index) => first + index));
    await meeting.close();
  });

  it('answers a repeated request to produce with the same producer', async () => {
    const meeting = await meet();
    const { meetingId, watcher, send } = meeting;
    const input = produceInput(meetingId, send.id, 'camera', 'again');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => watcher.request('produce', input)),
    );
    expect(new Set(answers.map(({ producerId }) => producerId)).size).toBe(1);
    expect(await watcher.request('produce', input)).toEqual(answers[0]);
    await meeting.close();
  });

  it('creates consumers paused, resumes them when asked, and closes those never resumed', async () => {
    const brief = await startTestServer({ PARLEY_MEDIA_CONSUMER_STALE_MS: '300' });
    const [one, two] = await Promise.all([signUp(brief), signUp(brief)]);
    const { id: meetingId } = await createMeeting(brief, one);
    const publisher = await join(brief, one, meetingId);
    const watcher = await join(brief, two, meetingId);
    const { send } = await openTransports(publisher, meetingId);
    const { recv } = await openTransports(watcher, meetingId);
    const [microphone, camera] = await Promise.all([
      publisher.request('produce', produceInput(meetingId, send.id, 'microphone', 'one')),
      publisher.request('produce', produceInput(meetingId, send.id, 'camera', 'two')),
    ]);
    const consume = () =>
      watcher.request('consume', {
        meetingId,
        transportId: recv.id,
        producerIds: [microphone.producerId, camera.producerId, 'gone'],
      });
    const { consumers, refused } = await consume();
    expect(refused).toEqual([{ producerId: 'gone', reason: 'gone' }]);
    expect(consumers.map(({ kind, type }) => `${kind} ${type}`).sort()).toEqual([
      'audio simple',
      'video simulcast',
    ]);
    const audio = consumers.find(({ kind }) => kind === 'audio');
    const video = consumers.find(({ kind }) => kind === 'video');
    const resume = { meetingId, consumerIds: [audio?.id ?? '', 'unknown'] };
    expect(await watcher.request('resume-consumers', resume)).toEqual({
      resumed: [audio?.id],
      gone: ['unknown'],
    });
    const stale = await watcher.next('consumers-closed');
    expect(stale.consumerIds).toEqual([video?.id]);
    const again = await consume();
    expect(again.consumers.map(({ id }) => id)).toContain(audio?.id);
    expect(again.consumers.map(({ id }) => id)).not.toContain(video?.id);
    await brief.close();
  });

  it('releases everything below what closes, down to the worker', async () => {
    const meeting = await meet();
    const worker = server.media.workerOf(meeting.meetingId);
    const routers = async () => (await worker?.worker.dump())?.routerIds.length;
    expect(await routers()).toBe(1);
    const { consumers } = await meeting.watcher.request('consume', {
      meetingId: meeting.meetingId,
      transportId: meeting.recv.id,
      producerIds: [meeting.microphone, meeting.camera],
    });
    expect(consumers).toHaveLength(2);
    const { meetingId } = meeting;
    const { producers } = server.media.stats();
    await meeting.publisher.request('close-producer', { meetingId, producerId: meeting.camera });
    expect(server.media.stats().producers).toBe(producers - 1);
    await meeting.watcher.next(
      'producer-closed',
      ({ producerId }) => producerId === meeting.camera,
    );

    await meeting.publisher.request('leave-meeting', { meetingId });
    expect(await routers()).toBe(1);
    await meeting.watcher.request('leave-meeting', { meetingId });
    expect(await routers()).toBe(0);
    expect((await worker?.worker.dump())?.webRtcServerIds).toHaveLength(1);
    await meeting.close();
  });

  it('rebuilds the meetings of a worker that is killed, again and again', async () => {
    const meeting = await meet();
    const { meetingId, watcher } = meeting;
    for (let round = 1; round <= 5; round++) {
      const before = server.media.workerOf(meetingId);
      process.kill(before?.pid ?? 0, 'SIGKILL');
      await eventually(() => expect(watcher.all('media-reset')).toHaveLength(round));
      expect(server.media.workerOf(meetingId)?.pid).not.toBe(before?.pid);
      // The new router takes transports and producers at once.
      const { send } = await openTransports(meeting.publisher, meetingId);
      const { producerId } = await meeting.publisher.request(
        'produce',
        produceInput(meetingId, send.id, 'microphone', `round-${round}`),
      );
      await watcher.next('producer-added', ({ producer }) => producer.id === producerId);
    }
    await eventually(() => expect(server.media.workers).toHaveLength(2));
    await meeting.close();
  });

  it('replaces a worker that hangs', async () => {
    const meeting = await meet();
    const before = server.media.workerOf(meeting.meetingId);
    process.kill(before?.pid ?? 0, 'SIGSTOP');
    await meeting.watcher.next('media-reset');
    expect(server.media.workerOf(meeting.meetingId)?.pid).not.toBe(before?.pid);
    await meeting.close();
  });

  it('leaves no router behind however joins, leaves and deaths of workers fall together', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    for (let round = 0; round < 30; round++) {
      const victim = server.media.workers[round % 2];
      const entering = [join(server, ada, meetingId), join(server, alan, meetingId)];
      if (victim && round % 5 === 0) process.kill(victim.pid, 'SIGKILL');
      const clients = await Promise.all(entering);
      await Promise.all(clients.map((client) => client.request('leave-meeting', { meetingId })));
      for (const client of clients) client.close();
    }
    await eventually(async () => {
      const dumps = await Promise.all(server.media.workers.map(({ worker }) => worker.dump()));
      expect(dumps.map(({ routerIds }) => routerIds.length)).toEqual([0, 0]);
    });
  });
});
