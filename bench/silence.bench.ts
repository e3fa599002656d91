/** Consumers that never get a packet, in 1,000 joins of a room whose people publish. */
import { connectGuests, createMeeting, startPublishers } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { report } from './support/report.ts';
import { Subscriber } from './support/Subscriber.ts';

const PUBLISHERS = 3;
const JOINS = 1_000;
const AT_ONCE = 10;
const PATIENCE_MS = 5_000;

const server = await ParleyProcess.start();
const meetingId = await createMeeting(server.url);
const publishing = await startPublishers(server.url, meetingId, PUBLISHERS);
let consumers = 0;
let silent = 0;
for (let joined = 0; joined < JOINS; joined += AT_ONCE) {
  const sessions = await connectGuests(server.url, meetingId, AT_ONCE);
  const subscribers = await Promise.all(
    sessions.map(async (session) => {
      await session.join();
      return Subscriber.create(session, session.producerIds);
    }),
  );
  await Promise.all(
    subscribers.map((subscriber) =>
      subscriber.hears(PUBLISHERS, PATIENCE_MS).catch(() => undefined),
    ),
  );
  for (const subscriber of subscribers) {
    consumers += subscriber.consumers.length;
    silent += subscriber.silent.length;
    subscriber.close();
  }
  await Promise.all(sessions.map((session) => session.leave()));
}
for (const { publisher, session } of publishing) {
  publisher.close();
  session.socket.disconnect();
}
await server.stop();
report('silent consumers', { joins: JOINS, consumers, silent }, { text: '0', met: silent === 0 });
