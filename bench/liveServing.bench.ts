/**
 * Listeners of a live room as their players ask a signaling node: a playlist and a segment every two seconds, and how
 * the room is every four. What each of them costs that node.
 */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRoom } from '../test/support/live/airing.ts';
import { call, signUp } from '../test/support/people.ts';
import { BenchCluster } from './support/BenchCluster.ts';
import { busyCores, cpuSeconds, residentMb } from './support/processes.ts';
import { report } from './support/report.ts';
import { percentile, round } from './support/statistics.ts';

const LISTENERS = [250, 1_000, 2_000];
const ROOM = 'stage';
const RENDITION = '360p';
const SEGMENT_MS = 2_000;
const STATUS_EVERY = 2;
const SETTLE_MS = 8_000;
const MEASURE_MS = 30_000;
const POLL_MS = 200;

const cluster = await BenchCluster.start({
  ...{ signaling: 1, media: 1, mixers: 1 },
  env: {
    ...{ PARLEY_LIVE_MIXERS: '1', PARLEY_LIVE_RENDITIONS: RENDITION },
    PARLEY_LIMITS_WATCH_LIVE_PER_ADDRESS_POINTS: '1000000',
  },
});
const edge = firstOf(cluster.processes.signaling);
const agent = new Agent({ keepAlive: true });
const host = await signUp(edge);
await createRoom(edge, host, ROOM);
const params = { roomId: ROOM };
for (;;) {
  const started = await call(edge, 'startLiveRoom', { token: host.token, params }).catch(
    () => null,
  );
  if (started) break;
  await sleep(POLL_MS);
}
while ((await segments()).length < 3) await sleep(POLL_MS);
for (const count of LISTENERS) await measure(count);
agent.destroy();
await cluster.stop();

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('there is a signaling node');
  return first;
}

interface Fetched {
  status: number;
  content: Buffer;
}

async function measure(count: number): Promise<void> {
  const stop = new AbortController();
  const heard = { segments: 0, bytes: 0, failed: 0, latencies: [] as number[] };
  const listeners = Array.from({ length: count }, (_, index) =>
    listen(`listener-${index}`, (index / count) * SEGMENT_MS, heard, stop.signal),
  );
  await sleep(SETTLE_MS);
  Object.assign(heard, { segments: 0, bytes: 0, failed: 0, latencies: [] });
  const cores = busyCores();
  const [before, began] = [cpuSeconds(edge.pid), performance.now()];
  await sleep(MEASURE_MS);
  const seconds = (performance.now() - began) / 1_000;
  const share = (cpuSeconds(edge.pid) - before) / seconds;
  const figures = {
    listeners: count,
    counted: (await call(edge, 'watchLiveRoom', { params })).listeners,
    cpuCores: round(share, 3),
    listenersPerCore: Math.round(count / share),
    segmentsPerSec: round(heard.segments / seconds, 0),
    mbitPerSec: round((heard.bytes * 8) / 1e6 / seconds, 0),
    p95Ms: round(percentile(heard.latencies, 0.95), 1),
    failed: heard.failed,
    residentMb: round(residentMb(edge.pid), 0),
    machineBusyCores: round(cores(), 2),
  };
  stop.abort();
  await Promise.all(listeners);
  // As many as are to be heard, and each as often as there is something new.
  const expected = (count * 1_000) / SEGMENT_MS;
  const met = heard.failed === 0 && figures.segmentsPerSec > 0.9 * expected;
  report('liveServing', figures, { text: 'every listener has every segment', met });
}

async function listen(
  name: string,
  beginsMs: number,
  heard: { segments: number; bytes: number; failed: number; latencies: number[] },
  signal: AbortSignal,
): Promise<void> {
  await sleep(beginsMs);
  let newest = -1;
  for (let round = 0; !signal.aborted; round += 1) {
    const began = performance.now();
    try {
      const next = (await segments()).filter((sequence) => sequence > newest).slice(-1);
      for (const sequence of next) {
        const { status, content } = await fetchFile(`${RENDITION}/${sequence}.ts`);
        if (status !== 200) throw new Error(`a segment is answered with ${status}`);
        newest = sequence;
        heard.segments += 1;
        heard.bytes += content.length;
      }
      heard.latencies.push(performance.now() - began);
      if (round % STATUS_EVERY === 0) await fetchPath(`/api/rooms/${ROOM}/status?listener=${name}`);
    } catch {
      heard.failed += 1;
    }
    await sleep(Math.max(0, SEGMENT_MS - (performance.now() - began)));
  }
}

async function segments(): Promise<number[]> {
  const { status, content } = await fetchFile(`${RENDITION}/index.m3u8`);
  if (status !== 200) return [];
  return [...content.toString().matchAll(/^(\d+)\.ts$/gm)].map(([, number]) => Number(number));
}

function fetchFile(name: string): Promise<Fetched> {
  return fetchPath(`/live/${ROOM}/hls/${name}`);
}

/** Costs less than `fetch`: the load is on the same machine. */
function fetchPath(path: string): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    get(`${edge.url}${path}`, { agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, content: Buffer.concat(chunks) });
      });
      answer.on('error', reject);
    }).on('error', reject);
  });
}
