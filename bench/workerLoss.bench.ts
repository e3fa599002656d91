/** A media worker is killed in the middle of a meeting: how long until media flows again. */
import { connectGuests, createMeeting, startPublishers } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { Publisher } from './support/Publisher.ts';
import type { ParleySession } from './support/ParleySession.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';
import { Subscriber } from './support/Subscriber.ts';

const PUBLISHERS = 2;
const SUBSCRIBERS = 6;
const ROUNDS = 20;

const server = await ParleyProcess.start({ PARLEY_MEDIA_WORKERS: '2' });
const firsts: number[] = [];
const everyone: number[] = [];
for (let done = 0; done < ROUNDS; done++) {
  const times = await lose();
  firsts.push(Math.min(...times));
  everyone.push(...times);
}
await server.stop();
const first = median(firsts);
report(
  'worker killed → RTP again',
  {
    rounds: ROUNDS,
    firstP50Ms: round(first, 1),
    firstP95Ms: round(percentile(firsts, 0.95), 1),
    everyoneP50Ms: round(median(everyone), 1),
    everyoneP95Ms: round(percentile(everyone, 0.95), 1),
  },
  { text: 'first RTP ≤ 100 ms', met: first <= 100 },
);

/** Milliseconds from the kill to each subscriber's first packet over the new worker. */
async function lose(): Promise<number[]> {
  const meetingId = await createMeeting(server.url);
  const publishing = await startPublishers(server.url, meetingId, PUBLISHERS);
  const sessions = await connectGuests(server.url, meetingId, SUBSCRIBERS);
  const before = await Promise.all(
    sessions.map(async (session) => {
      await session.join();
      const subscriber = await Subscriber.create(session, session.producerIds);
      await subscriber.hears(PUBLISHERS);
      return subscriber;
    }),
  );
  const victim = await server.busiestWorker();
  const restored = sessions.map((session) => subscribeAnew(session));
  const republished = publishing.map(({ session }) => publishAnew(session));
  const began = performance.now();
  process.kill(victim, 'SIGKILL');
  const subscribers = await Promise.all(restored);
  const times = subscribers.map(({ firstPacketAt }) => Math.min(...firstPacketAt.values()) - began);
  for (const closing of [
    ...before,
    ...subscribers,
    ...publishing.map(({ publisher }) => publisher),
    ...(await Promise.all(republished)),
  ]) {
    closing.close();
  }
  await Promise.all(
    [...sessions, ...publishing.map(({ session }) => session)].map((s) => s.leave()),
  );
  // Both workers are there again before the next round.
  while (server.workers.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  return times;
}

async function publishAnew(session: ParleySession): Promise<Publisher> {
  await new Promise((resolve) => session.socket.once('media-reset', resolve));
  return Publisher.create(session);
}

async function subscribeAnew(session: ParleySession): Promise<Subscriber> {
  const producerIds: string[] = [];
  session.socket.on('producer-added', ({ producer }: { producer: { id: string } }) => {
    producerIds.push(producer.id);
  });
  await new Promise((resolve) => session.socket.once('media-reset', resolve));
  return new Promise((resolve, reject) => {
    session.socket.once('producer-added', () => {
      Subscriber.create(session, producerIds)
        .then(async (subscriber) => {
          await subscriber.hears(1);
          resolve(subscriber);
        })
        .catch(reject);
    });
  });
}
