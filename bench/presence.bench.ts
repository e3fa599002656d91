/**
 * Two thousand people without media, in circles whose members are each other's contacts and share a chat
 * room: how soon they see each other come, go away and type, and what that costs on one and two nodes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NotificationPayload } from '../protocol/notifications.ts';
import { befriend } from '../test/support/contacts.ts';
import { call } from '../test/support/people.ts';
import { Acquaintance } from './support/Acquaintance.ts';
import { BenchCluster } from './support/BenchCluster.ts';
import { cpuSeconds, residentMb } from './support/processes.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';

const PEOPLE = 2_000;
/** Everybody has one less contacts. */
const CIRCLE = 10;
const NODES = [1, 2];
/** How many accounts, contacts or connections are made at a time. */
const AT_ONCE = 25;
const SETTLE_MS = 10_000;
const MEASURE_MS = 60_000;
/** Everybody goes away, or comes back, once in so long. */
const PRESENCE_EVERY_MS = 30_000;
/** In each circle somebody begins to type, or ends, once in so long. */
const TYPING_EVERY_MS = 1_500;
/** What has not arrived by then is missing. */
const LATE_MS = 5_000;

interface Circle {
  members: readonly Acquaintance[];
  roomId: string;
}

/** What was sent and not yet seen by everybody, by what it says. */
class Deliveries {
  readonly latencies: number[] = [];
  readonly #sent = new Map<string, number>();
  #due = 0;

  get missing(): number {
    return this.#due - this.latencies.length;
  }

  send(key: string, recipients: number): void {
    this.#sent.set(key, performance.now());
    this.#due += recipients;
  }

  see(key: string): void {
    const latency = performance.now() - (this.#sent.get(key) ?? -Infinity);
    // What the server says by itself later, where nobody typed on, says the same as something before.
    if (latency <= LATE_MS) this.latencies.push(latency);
  }
}

for (const count of NODES) await measure(count);

async function measure(signaling: number): Promise<void> {
  const cluster = await BenchCluster.start({ signaling, media: 1 });
  const nodes = cluster.processes.signaling;
  const urls = nodes.map(({ url }) => url);
  const circles = await gather(urls);
  const people = circles.flatMap(({ members }) => members);
  const idleMb = nodes.map(({ pid }) => residentMb(pid));
  await inTurn(people, (one) => one.connect());
  await inTurn(circles, ({ members, roomId }) =>
    Promise.all(members.map((one) => one.request('join-chat-rooms', { roomIds: [roomId] }))),
  );
  const presence = new Deliveries();
  const typing = new Deliveries();
  for (const { socket } of people) {
    socket.on(
      'chat-user-status-update',
      ({ userId, status }: NotificationPayload<'chat-user-status-update'>) =>
        presence.see(`${userId} ${status}`),
    );
    socket.on(
      'chat-user-typing',
      ({ roomId, userId, isTyping }: NotificationPayload<'chat-user-typing'>) =>
        typing.see(`${roomId} ${userId} ${isTyping}`),
    );
  }
  await sleep(SETTLE_MS);

  const used = () => nodes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  const [usedBefore, own, began] = [used(), process.cpuUsage(), performance.now()];
  const until = Date.now() + MEASURE_MS;
  await Promise.all([
    ...people.map((one) => moveAbout(one, until, presence)),
    ...circles.map((circle) => type(circle, until, typing)),
  ]);
  const seconds = (performance.now() - began) / 1_000;
  const cores = (used() - usedBefore) / seconds;
  const { user, system } = process.cpuUsage(own);
  await sleep(LATE_MS);

  report('presence and typing', {
    signalingNodes: signaling,
    people: people.length,
    contactsOfEach: CIRCLE - 1,
    ...figuresOf('presence', presence, seconds),
    ...figuresOf('typing', typing, seconds),
    signalingCores: round(cores),
    loadCores: round((user + system) / 1e6 / seconds),
    signalingMb: nodes.map(({ pid }) => round(residentMb(pid), 0)),
    beforeTheyCameMb: idleMb.map((mb) => round(mb, 0)),
  });
  for (const { socket } of people) socket.disconnect();
  await cluster.stop();
}

/** Accounts, contacts and a room for each circle, whose members are spread over the nodes. */
async function gather(urls: readonly string[]): Promise<Circle[]> {
  const people = await inTurn(
    Array.from({ length: PEOPLE }, (_, index) => index),
    (index) => Acquaintance.signUp(urls[index % urls.length] ?? '', `Person ${index}`),
  );
  const circles = Array.from({ length: PEOPLE / CIRCLE }, (_, index) =>
    people.slice(index * CIRCLE, (index + 1) * CIRCLE),
  );
  const url = urls[0] ?? '';
  return inTurn(circles, async (members) => {
    for (const [index, one] of members.entries()) {
      for (const other of members.slice(index + 1)) {
        await befriend({ url }, one, other);
      }
    }
    const [owner] = members;
    const { room } = await call({ url }, 'createRoom', {
      token: owner?.token ?? '',
      body: { memberIds: members.map(({ userId }) => userId), title: 'Circle' },
    });
    return { members, roomId: room.id };
  });
}

async function moveAbout(one: Acquaintance, until: number, seen: Deliveries): Promise<void> {
  await sleep(Math.random() * PRESENCE_EVERY_MS);
  for (let idle = true; Date.now() < until; idle = !idle) {
    seen.send(`${one.userId} ${idle ? 'away' : 'online'}`, CIRCLE - 1);
    await one.request('update-chat-status', { idle });
    await sleep(PRESENCE_EVERY_MS);
  }
}

async function type({ members, roomId }: Circle, until: number, seen: Deliveries): Promise<void> {
  await sleep(Math.random() * TYPING_EVERY_MS);
  for (let turn = 0; Date.now() < until; turn++) {
    const one = members[Math.floor(turn / 2) % CIRCLE];
    const isTyping = turn % 2 === 0;
    seen.send(`${roomId} ${one?.userId} ${isTyping}`, CIRCLE - 1);
    await one?.request('chat-typing', { roomId, isTyping });
    await sleep(TYPING_EVERY_MS);
  }
}

function figuresOf(
  what: 'presence' | 'typing',
  { latencies, missing }: Deliveries,
  seconds: number,
): Record<string, number> {
  return {
    [`${what}PerSecond`]: round(latencies.length / seconds, 0),
    [`${what}P50Ms`]: round(median(latencies), 1),
    [`${what}P95Ms`]: round(percentile(latencies, 0.95), 1),
    [`${what}Missing`]: missing,
  };
}

/** A few at a time, so that none times the others out. */
async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}
