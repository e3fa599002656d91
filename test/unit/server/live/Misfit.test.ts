import { expect, it } from 'vitest';
import { Misfit } from '../../../../server/live/Misfit.ts';

const FRAMES = 24;
const WELL = { state: 'running', speed: 1, framesPerSecond: FRAMES } as const;
const SLOW = { state: 'running', speed: 0.5, framesPerSecond: FRAMES / 4 } as const;
const SILENT = { ...WELL, state: 'interrupted' } as const;
const STARTING = { ...WELL, state: 'starting', speed: 0 } as const;

/** Looks each second. @returns after how many it is told, and what */
function after(misfit: Misfit, seconds: number, health: Parameters<Misfit['watch']>[0], from = 0) {
  for (let second = from; second < from + seconds; second++) {
    const why = misfit.watch(health, second * 1_000);
    if (why !== null) return `${why} after ${second - from} s`;
  }
  return null;
}

it('keeps what is made in time, or stumbles', () => {
  const misfit = new Misfit(FRAMES, 0);
  expect(after(misfit, 100, WELL)).toBeNull();
  expect(after(misfit, 19, SLOW, 100)).toBeNull();
  expect(after(misfit, 1, WELL, 119)).toBeNull();
  expect(after(misfit, 19, SLOW, 120)).toBeNull();
  expect(after(misfit, 1, WELL, 139)).toBeNull();
  expect(after(misfit, 14, SILENT, 140)).toBeNull();
  expect(after(misfit, 10, WELL, 154)).toBeNull();
});

it('makes fewer pictures first, before it is given away', () => {
  const misfit = new Misfit(FRAMES, 0);
  expect(after(misfit, 200, { ...SLOW, framesPerSecond: FRAMES / 2 })).toBeNull();
  expect(after(misfit, 100, SLOW, 200)).toBe('slow after 20 s');
});

it('does not go round where every machine is too slow', () => {
  expect(after(new Misfit(FRAMES, 0), 100, SLOW)).toBe('slow after 60 s');
});

it('gives away what it cannot make at all', () => {
  const misfit = new Misfit(FRAMES, 0);
  expect(after(misfit, 5, WELL)).toBeNull();
  expect(after(misfit, 100, SILENT, 5)).toBe('silent after 15 s');
});

it('waits longer for the first of a mix', () => {
  expect(after(new Misfit(FRAMES, 0), 100, STARTING)).toBe('silent after 60 s');
});
