/** CPU that recording takes: for each track that is copied, and for the composite beside HLS. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MixInput } from '../server/live/mixer/feed.ts';
import { createInput } from '../test/support/live/room.ts';
import { groupOf, openMixer } from '../test/support/live/roomMixer.ts';
import { RtpSender, tone } from '../test/support/live/RtpSender.ts';
import { cpuSeconds, residentMb } from './support/processes.ts';
import { report } from './support/report.ts';
import { round } from './support/statistics.ts';

const WARM_UP_MS = 5_000;
const MEASURED_MS = 30_000;
const PEOPLE = 10;
const MOVING = 'testsrc2=s=640x360:r=25';

const folder = await mkdtemp(join(tmpdir(), 'parley-recording-'));
const idle = await measure(0);
const busy = await measure(PEOPLE);
await rm(folder, { recursive: true, force: true });
report('live recording', {
  tracks: 2 * PEOPLE,
  cores: { withoutTracks: idle.cores, withTracks: busy.cores },
  coresPerTrack: round((busy.cores - idle.cores) / (2 * PEOPLE), 4),
  megabytesPerSecond: round(busy.bytes / 1e6 / (MEASURED_MS / 1_000), 2),
  residentMb: { withoutTracks: idle.residentMb, withTracks: busy.residentMb },
});
process.exit(0);

/** People with a camera and a microphone each, of whom nothing is mixed. */
async function measure(people: number) {
  const own = join(folder, String(people));
  const room = await openMixer({ renditions: [], publish: false, recordTracks: { folder: own } });
  const { mixer, rtp } = room;
  mixer.setMaxListeners(0);
  while (rtp.length === 0) await sleep(50);
  const [to = { ip: '', port: 0 }] = rtp;
  const inputs: MixInput[] = [];
  const senders: RtpSender[] = [];
  for (let n = 0; n < people; n++) {
    const [camera, voice] = [createInput('VP8'), createInput('voice')];
    inputs.push(camera, voice);
    const picture = { source: MOVING, input: camera };
    const sent = { to, askedBy: mixer, picture, voice: { source: tone(300), input: voice } };
    senders.push(await RtpSender.start(sent));
  }
  const tracks = inputs.map(({ id, kind }) => ({
    ...{ inputId: id, participantId: id, name: id, source: kind },
  }));
  mixer.setFeed({ inputs, stage: { people: [], speaker: null }, tracks });
  await sleep(WARM_UP_MS);
  const pid = mixer.pid ?? 0;
  const [cpuBefore, bytesBefore] = [await cpuOf(pid), await bytesIn(own)];
  await sleep(MEASURED_MS);
  const used = (await cpuOf(pid)) - cpuBefore;
  const bytes = (await bytesIn(own)) - bytesBefore;
  const memory = round(residentMb(pid), 0);
  for (const sender of senders) sender.stop();
  await mixer.close(true);
  await room.remove();
  return { cores: round(used / (MEASURED_MS / 1_000), 4), bytes, residentMb: memory };
}

async function cpuOf(pid: number): Promise<number> {
  return (await groupOf(pid)).reduce((sum, { pid: one }) => sum + cpuSeconds(one), 0);
}

async function bytesIn(path: string): Promise<number> {
  const names = await readdir(path);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
