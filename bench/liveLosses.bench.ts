/**
 * Every part that a live room stands on is lost while somebody is on its stage: how long a listener at another node
 * sees nothing of them, and gets nothing new (docs/live.md).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../test/support/eventually.ts';
import { call, signUp } from '../test/support/people.ts';
import { colourAt } from '../test/support/live/analyze.ts';
import { createRoom, enter } from '../test/support/live/airing.ts';
import { mixerOf, processOn } from '../test/support/live/mixers.ts';
import { TcpProxy } from '../test/support/TcpProxy.ts';
import { BenchCluster } from './support/BenchCluster.ts';
import { BrowserVisitor, launchBrowser } from './support/BrowserVisitor.ts';
import { LiveListener } from './support/LiveListener.ts';
import { report } from './support/report.ts';
import { figures } from './support/statistics.ts';

const ROUNDS = 5;
const ADMIN_TOKEN = 'an-operator-token-of-32-characters-or-more';
const ROOM = 'stage';
const SEGMENT_MS = 2_000;
/** Everything is as before by then, and has been for a while. */
const WATCHED_MS = 14_000;
const QUIET_MS = 5_000;
const POLL_MS = 200;

const cluster = await BenchCluster.start({
  ...{ signaling: 2, media: 2, mixers: 2 },
  env: {
    ...{ PARLEY_LIVE_MIXERS: '1', PARLEY_LIVE_RENDITIONS: '360p', PARLEY_ADMIN_TOKEN: ADMIN_TOKEN },
    PARLEY_LIVE_FRAMES_PER_SECOND: '15',
  },
});
const { processes } = cluster;
const [first, edge] = processes.signaling;
if (!first || !edge) throw new Error('there are two signaling nodes');
const host = await signUp(edge);
const { meetingId } = await createRoom(edge, host, ROOM);
const browser = await launchBrowser();
const way = await TcpProxy.start(Number(new URL(first.url).port));
const speaker = await BrowserVisitor.open(browser, way.url, meetingId);
await speaker.join();
for (;;) {
  const started = await call(edge, 'startLiveRoom', {
    ...{ token: host.token, params: { roomId: ROOM } },
  }).catch(() => null);
  if (started) break;
  await sleep(POLL_MS);
}
await moveMeetingTo();
const listener = new LiveListener(edge.url, ROOM, await enter(edge, ROOM));
await sleep(QUIET_MS);

await rounds('mixer killed', 10_000, async () => {
  process.kill(await processOn(await mixer()), 'SIGKILL');
  return undefined;
});
await rounds('mixer frozen', 10_000, async () => {
  process.kill(await processOn(await mixer()), 'SIGSTOP');
  return undefined;
});
await rounds('node of the mixer killed', 15_000, async () => {
  const node = await mixer();
  node.signal('SIGKILL');
  return () => node.restart();
});
await rounds('media node of the speaker killed', 15_000, async () => {
  const node = await carrier();
  node.signal('SIGKILL');
  return () => node.restart();
});
await rounds('owner of the meeting killed', 15_000, () => {
  first.signal('SIGKILL');
  way.turnTo(Number(new URL(edge.url).port));
  return Promise.resolve(async () => {
    await first.restart();
    const back = speaker.rejoined();
    way.turnTo(Number(new URL(first.url).port));
    way.cut();
    way.restore();
    await back;
    await moveMeetingTo();
  });
});
await rounds('node of the mixer drained', 15_000, async () => {
  const node = await mixer();
  await mark(node.name, 'draining');
  return () => mark(node.name, 'ready');
});

await listener.stop();
await browser.close();
way.close();
await cluster.stop();

async function rounds(
  name: string,
  mostMs: number,
  lose: () => Promise<(() => Promise<unknown>) | undefined>,
): Promise<void> {
  const unseen: number[] = [];
  const late: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    listener.forget();
    await sleep(SEGMENT_MS);
    const at = Date.now();
    const heal = await lose();
    await sleep(WATCHED_MS);
    const seen = (await listener.frames())
      .filter((frame) => isSpeaker(frame))
      .map(({ at: on }) => on);
    unseen.push(largestGap(seen, at - SEGMENT_MS));
    late.push(Math.max(0, largestGap(listener.foundAt, at - 2 * SEGMENT_MS) - SEGMENT_MS));
    await heal?.();
    await sleep(QUIET_MS);
  }
  const worst = figures(unseen).p95Ms;
  report(
    'live room loses its …',
    {
      ...{ lost: name, n: ROUNDS, unseen: figures(unseen), nothingNew: figures(late) },
      maxMs: Math.round(Math.max(...unseen)),
    },
    { text: `unseen p95 ≤ ${mostMs} ms`, met: worst <= mostMs },
  );
}

/** The fake camera has a green ground; cards are dark. */
function isSpeaker(frame: Parameters<typeof colourAt>[0]): boolean {
  return colourAt(frame, 0.25, 0.3) === 'green';
}

function largestGap(times: readonly number[], from: number): number {
  let largest = times.length < 2 ? Number.NaN : 0;
  for (const [index, time] of times.entries()) {
    const before = times[index - 1];
    if (before !== undefined && time > from) largest = Math.max(largest, time - before);
  }
  return largest;
}

function mixer() {
  return mixerOf(processes, edge ?? { url: '' }, host, ROOM);
}

async function carrier() {
  const counts = await Promise.all(
    processes.media.map(async ({ url }) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^parley_producers (\S+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  const node = processes.media[counts.indexOf(Math.max(...counts))];
  if (!node) throw new Error('no node carries the meeting');
  return node;
}

async function instanceOf(name: string): Promise<string> {
  return eventually(async () => {
    const { nodes } = await call(edge ?? { url: '' }, 'listNodes', { token: ADMIN_TOKEN });
    const found = nodes.find((node) => node.name === name);
    // It has just been started, and is heard of with the next heartbeat.
    if (!found) throw new Error(`${name} is not there`);
    return found.instanceId;
  });
}

async function mark(name: string, to: 'draining' | 'ready'): Promise<void> {
  const params = { instanceId: await instanceOf(name) };
  await call(edge ?? { url: '' }, 'markNode', { token: ADMIN_TOKEN, params, body: { mark: to } });
}

/** The first node owns the meeting again. */
async function moveMeetingTo(): Promise<void> {
  const to = await instanceOf(first?.name ?? '');
  await call(edge ?? { url: '' }, 'moveMeeting', {
    ...{ token: ADMIN_TOKEN, params: { idOrCode: meetingId }, body: { to } },
  }).catch((error: unknown) => {
    // It is there already.
    if (!String(error).includes('INVALID_STATE')) throw error;
  });
}
