import { expect } from 'vitest';
import { colourAt, loudnessBetween, type Frame, type Sound } from './analyze.ts';
import type { HeardSegment, Listener } from './Listener.ts';

/** Where what is large is to be seen, beside others or alone. */
export const LARGE = [0.37, 0.5] as const;

/** A tone of FFmpeg is this loud; less than a decibel below it is what a listener calls the same. */
export const LOUD = 0.0884 * 0.9;

/** Everything that a listener has got, as one stream. */
export async function watchAll(listener: Listener) {
  await listener.close();
  const runs = await listener.watch();
  const frames = runs.flatMap((run) => run.frames);
  const sounds = runs.map((run) => run.sound);
  return { runs, frames, sounds };
}

/**
 * What is mostly to be seen at a place: flashes are short, and codecs blur what changes.
 * @param from @param to milliseconds since 1970
 */
export function seenIn(
  frames: readonly Frame[],
  from: number,
  to: number,
  [x, y]: readonly [number, number],
): string | undefined {
  const colours = frames
    .filter(({ at }) => at >= from && at < to)
    .map((frame) => colourAt(frame, x, y));
  const times = (colour: string) => colours.filter((other) => other === colour).length;
  return [...new Set(colours)].sort((a, b) => times(b) - times(a))[0];
}

/** How loud it is at most. @param from @param to milliseconds since 1970 */
export const heardIn = (sounds: readonly Sound[], from: number, to: number) =>
  Math.max(...sounds.map((sound) => loudnessBetween(sound, from, to)));

/** Not one segment is missing, and each begins where the one before ends. */
export function expectUnbroken(segments: readonly HeardSegment[]): void {
  const numbers = segments.map(({ sequence }) => sequence);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  for (const [index, { startsAt, durationSec }] of segments.entries()) {
    const next = segments[index + 1];
    if (!next || next.isDiscontinuous) continue;
    expect(Math.abs(next.startsAt - startsAt - durationSec * 1_000)).toBeLessThan(60);
  }
}

/** Figures for those who ask for them. */
export function report(title: string, figures: object): void {
  if (process.env['PARLEY_FIGURES']) process.stderr.write(`${title} ${JSON.stringify(figures)}\n`);
}
