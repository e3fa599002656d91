import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';

/** What is sent over and over; sources have to begin anew after as long. */
export const MATERIAL_SEC = 10;
export const FRAMES_PER_SECOND = 25;
/** As browsers do it: a key frame at the beginning, and then none that nobody asks for. */
const KEY_EVERY_FRAMES = MATERIAL_SEC * FRAMES_PER_SECOND;
const IVF_HEADER = 32;
const IVF_FRAME_HEADER = 12;
const OGG_HEADER = 27;
const MAX_BYTES = 64_000_000;

export type PictureCodec = 'VP8' | 'H264';

const execute = promisify(execFile);
const known = new Map<string, Promise<Buffer[]>>();

/** Encoded pictures of an FFmpeg source: frames of VP8, or access units of H.264 in Annex B. */
export function picturesOf(source: string, codec: PictureCodec): Promise<Buffer[]> {
  const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'];
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'];
  const args = [
    ...(codec === 'VP8' ? [...vp8, '-auto-alt-ref', '0'] : [...h264, '-x264-params', 'aud=1']),
    ...['-g', String(KEY_EVERY_FRAMES), '-b:v', '600k'],
    ...['-f', codec === 'VP8' ? 'ivf' : 'h264'],
  ];
  return once(`${codec} ${source}`, source, args, codec === 'VP8' ? readIvf : readAccessUnits);
}

/** Opus packets of 20 ms of an FFmpeg source. */
export function soundOf(source: string): Promise<Buffer[]> {
  const args = ['-c:a', 'libopus', '-b:a', '48k', '-page_duration', '20000', '-f', 'ogg'];
  return once(`opus ${source}`, source, args, (data) => readOgg(data).slice(2));
}

function once(
  name: string,
  source: string,
  args: readonly string[],
  read: (data: Buffer) => Buffer[],
): Promise<Buffer[]> {
  let packets = known.get(name);
  if (!packets) {
    packets = encode(source, args).then(read);
    known.set(name, packets);
  }
  return packets;
}

async function encode(source: string, args: readonly string[]): Promise<Buffer> {
  const { stdout } = await execute(
    await ensureFfmpeg(),
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi', '-i', source],
      ...['-t', String(MATERIAL_SEC), ...args, 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: MAX_BYTES },
  );
  return stdout;
}

function readIvf(data: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = IVF_HEADER; at + IVF_FRAME_HEADER <= data.length;) {
    const start = at + IVF_FRAME_HEADER;
    at = start + data.readUInt32LE(at);
    frames.push(data.subarray(start, at));
  }
  return frames;
}

/** One packet to a page, which is what was asked for. */
function readOgg(data: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at + OGG_HEADER <= data.length;) {
    const lacing = data.subarray(at + OGG_HEADER, at + OGG_HEADER + data.readUInt8(at + 26));
    const start = at + OGG_HEADER + lacing.length;
    at = start + lacing.reduce((sum, part) => sum + part, 0);
    packets.push(data.subarray(start, at));
  }
  return packets;
}

/** Each begins with a delimiter: a unit of type 9. */
function readAccessUnits(data: Buffer): Buffer[] {
  const delimiter = Buffer.from([0, 0, 0, 1, 9]);
  const starts: number[] = [];
  for (let at = data.indexOf(delimiter); at !== -1; at = data.indexOf(delimiter, at + 1)) {
    starts.push(at);
  }
  return starts.map((start, index) => data.subarray(start, starts[index + 1] ?? data.length));
}

/** Units of an access unit, without the codes between them. */
export function unitsOf(accessUnit: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = -1;
  for (let at = 0; at + 2 < accessUnit.length; at++) {
    if (accessUnit[at] !== 0 || accessUnit[at + 1] !== 0 || accessUnit[at + 2] !== 1) continue;
    if (start >= 0) units.push(trimmed(accessUnit.subarray(start, at)));
    start = at + 3;
  }
  if (start >= 0) units.push(accessUnit.subarray(start));
  return units;
}

/** A code of four bytes has a zero that is none of the unit before. */
function trimmed(unit: Buffer): Buffer {
  return unit.at(-1) === 0 ? unit.subarray(0, -1) : unit;
}
