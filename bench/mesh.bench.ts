/** One node asks another over loopback: how long an answer takes, and how many come in a second. */
import { MeshProcess } from '../test/support/MeshProcess.ts';
import { Meshes } from '../test/support/meshes.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';

const WARM_UP = 2_000;
const SERIAL = 10_000;
const BATCHES = 20;
const AT_ONCE = 1_000;
/** About what asking for a consumer takes. */
const QUESTION = { meetingId: 'm'.repeat(36), epoch: 1_700_000_000_000, text: 'x'.repeat(200) };

const meshes = new Meshes();
const mesh = await meshes.start('here');
const peer = await MeshProcess.start('there', { here: `ws://127.0.0.1:${mesh.port}` });
meshes.addresses.set('there', peer.url);
const ask = async (): Promise<unknown> => mesh.call('there', 'echo', QUESTION);

for (let done = 0; done < WARM_UP; done++) await ask();
const times: number[] = [];
for (let done = 0; done < SERIAL; done++) {
  const began = performance.now();
  await ask();
  times.push(performance.now() - began);
}
const rates: number[] = [];
for (let batch = 0; batch < BATCHES; batch++) {
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  rates.push((AT_ONCE * 1_000) / (performance.now() - began));
}
const p50 = median(times);
report(
  'call between two nodes',
  {
    n: SERIAL,
    p50Ms: round(p50, 3),
    p99Ms: round(percentile(times, 0.99), 3),
    perSecond: round(median(rates), 0),
    atOnce: AT_ONCE,
  },
  { text: 'p50 ≤ 0.2 ms', met: p50 <= 0.2 },
);
peer.kill();
await meshes.close();
