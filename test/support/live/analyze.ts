import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';

/** Pictures are looked at in this size. */
const WIDTH = 64;
const HEIGHT = 36;
const RATE = 48_000;
const WINDOW = 240;

export interface Frame {
  /** When it was on the stage, milliseconds since 1970. */
  at: number;
  rgb: Buffer;
}

export interface Sound {
  /** When it begins, milliseconds since 1970. */
  startsAt: number;
  samples: Int16Array;
}

/** Decodes pictures and sound of one stream. @param startsAt when its first picture was on the stage */
export async function analyze(ffmpeg: string, stream: Buffer, startsAt: number) {
  const [pictures, sound] = await Promise.all([
    picturesIn(ffmpeg, stream, 0),
    soundIn(ffmpeg, stream, 0),
  ]);
  const begins = pictures[0]?.at ?? 0;
  return {
    frames: pictures.map(({ at, rgb }): Frame => ({ at: startsAt + at - begins, rgb })),
    sound: { startsAt: startsAt + sound.startsAt - begins, samples: sound.samples },
  };
}

/** @param zeroAt what its time 0 is, milliseconds since 1970 */
export async function picturesIn(ffmpeg: string, stream: Buffer, zeroAt: number): Promise<Frame[]> {
  const { output, times } = await decode(ffmpeg, stream, [
    ...['-map', '0:v', '-vf', `scale=${WIDTH}:${HEIGHT}:flags=area,format=rgb24,showinfo`],
    ...['-fps_mode', 'passthrough', '-f', 'rawvideo'],
  ]);
  const bytes = WIDTH * HEIGHT * 3;
  return times.flatMap((time, index) => {
    const rgb = output.subarray(index * bytes, (index + 1) * bytes);
    return rgb.length === bytes ? { at: zeroAt + time * 1_000, rgb } : [];
  });
}

/** What is missing is silence. @param zeroAt what its time 0 is, milliseconds since 1970 */
export async function soundIn(ffmpeg: string, stream: Buffer, zeroAt: number): Promise<Sound> {
  const { output, times } = await decode(ffmpeg, stream, [
    ...['-map', '0:a', '-af', `aresample=async=1,aformat=s16:${RATE}:mono,ashowinfo`],
    ...['-f', 's16le'],
  ]);
  const samples = new Int16Array(output.buffer, output.byteOffset, Math.floor(output.length / 2));
  return { startsAt: zeroAt + (times[0] ?? 0) * 1_000, samples };
}

async function decode(ffmpeg: string, stream: Buffer, args: readonly string[]) {
  const child = spawn(ffmpeg, ['-hide_banner', '-copyts', '-i', 'pipe:0', ...args, 'pipe:1']);
  child.stdin.on('error', () => undefined);
  child.stdin.end(stream);
  const [output, said] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const times = [...said.matchAll(/pts_time:\s*([-\d.]+)/g)].map(([, time]) => Number(time));
  return { output, times };
}

/** What is at a place of a picture. @param x @param y each a share of it, 0 to 1 */
export function colourAt({ rgb }: Frame, x: number, y: number): string {
  const at = (Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH)) * 3;
  const [red = 0, green = 0, blue = 0] = rgb.subarray(at, at + 3);
  if (Math.min(red, green, blue) > 180) return 'white';
  if (Math.max(red, green, blue) < 60) return 'dark';
  if (red > 150 && green < 110 && blue < 110) return 'red';
  if (green > 90 && red < 40 && blue < 40) return 'green';
  if (blue > 150 && red < 110 && green < 110) return 'blue';
  return 'other';
}

/** The first moments of flashes: what was not white before. */
export function flashesIn(frames: readonly Frame[], x: number, y: number): number[] {
  let before = 'white';
  return frames.flatMap((frame) => {
    const begins = colourAt(frame, x, y) === 'white' && before !== 'white';
    before = colourAt(frame, x, y);
    return begins ? [frame.at] : [];
  });
}

/** The first moments of beeps: what was quiet for a while before. */
export function beepsIn({ startsAt, samples }: Sound): number[] {
  const beeps: number[] = [];
  let quiet = 0;
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
    const isLoud = loudness(samples.subarray(at, at + WINDOW)) > 0.1;
    if (isLoud && quiet > 20) beeps.push(startsAt + (at / RATE) * 1_000);
    quiet = isLoud ? 0 : quiet + 1;
  }
  return beeps;
}

/** Root mean square, of 1. @param from @param to milliseconds since 1970 */
export function loudnessBetween({ startsAt, samples }: Sound, from: number, to: number): number {
  const index = (at: number) => Math.max(0, Math.round(((at - startsAt) / 1_000) * RATE));
  return loudness(samples.subarray(index(from), index(to)));
}

function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** How much later each flash's beep is, in milliseconds; flashes without one are left out. */
export function stepsBetween(flashes: readonly number[], beeps: readonly number[]): number[] {
  return flashes.flatMap((flash) => {
    const near = beeps.map((beep) => beep - flash).filter((step) => Math.abs(step) < 500);
    return near.sort((a, b) => Math.abs(a) - Math.abs(b)).slice(0, 1);
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
