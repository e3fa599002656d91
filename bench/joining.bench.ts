/** Join → first RTP, and how it grows with the room; then signaling joins a second. */
import { connectGuests, createMeeting, startPublishers } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';
import { Subscriber } from './support/Subscriber.ts';

const PUBLISHERS = 5;
const ROOM_SIZES = [10, 25, 50, 100];
const ONE_ROOM = 95;
const SMALL_ROOM = 10;
const SMALL_ROOMS = 20;
const REPEATS = 3;

for (const size of ROOM_SIZES) await measureFirstRtp(size);
await measureRate('one room of 95', 820, 1, ONE_ROOM);
await measureRate('rooms of 10', 900, SMALL_ROOMS, SMALL_ROOM);

/** Bots join one after another until `size` people are in; each takes the time to its first packet. */
async function measureFirstRtp(size: number): Promise<void> {
  const server = await ParleyProcess.start();
  const meetingId = await createMeeting(server.url);
  const publishing = await startPublishers(server.url, meetingId, PUBLISHERS);
  const sessions = await connectGuests(server.url, meetingId, size - PUBLISHERS);
  const firsts: number[] = [];
  const all: number[] = [];
  const subscribers: Subscriber[] = [];
  for (const session of sessions) {
    const began = performance.now();
    await session.join();
    const subscriber = await Subscriber.create(session, session.producerIds);
    await subscriber.hears(PUBLISHERS);
    const times = [...subscriber.firstPacketAt.values()].map((at) => at - began);
    firsts.push(Math.min(...times));
    all.push(Math.max(...times));
    subscribers.push(subscriber);
  }
  for (const subscriber of subscribers) subscriber.close();
  for (const { publisher, session } of publishing) {
    publisher.close();
    session.socket.disconnect();
  }
  for (const { socket } of sessions) socket.disconnect();
  await server.stop();
  const p95 = percentile(firsts, 0.95);
  report(
    'join → first RTP',
    {
      people: size,
      p50Ms: round(median(firsts), 1),
      p95Ms: round(p95, 1),
      allStreamsP50Ms: round(median(all), 1),
      allStreamsP95Ms: round(percentile(all, 0.95), 1),
    },
    { text: 'p95 ≤ 60 ms', met: p95 <= 60 },
  );
}

/** Everybody is connected and joins at the same moment. */
async function measureRate(what: string, gate: number, rooms: number, size: number): Promise<void> {
  const rates: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const server = await ParleyProcess.start();
    const meetings = await Promise.all(
      Array.from({ length: rooms }, () => createMeeting(server.url)),
    );
    const sessions = [];
    for (const id of meetings) sessions.push(...(await connectGuests(server.url, id, size)));
    const began = performance.now();
    await Promise.all(sessions.map((session) => session.join()));
    rates.push((sessions.length * 1_000) / (performance.now() - began));
    for (const { socket } of sessions) socket.disconnect();
    await server.stop();
  }
  const rate = median(rates);
  report(
    'signaling joins',
    { what, perSecond: round(rate, 0), runs: rates.map((value) => round(value, 0)) },
    { text: `≥ ${gate} a second`, met: rate >= gate },
  );
}
