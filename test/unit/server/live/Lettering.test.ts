import { expect, it } from 'vitest';
import { initialsOf, Lettering, shorten } from '../../../../server/live/mixer/Lettering.ts';

it.each([
  ['Ada Lovelace', 'AL'],
  ['  ada   king  lovelace ', 'AL'],
  ['Prince', 'P'],
  ['', ''],
  ['👩🏽‍🚀 Åsa', '👩🏽‍🚀Å'],
])('has initials for %o', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('keeps to one line that can be read', () => {
  expect(shorten('a\nb\tc\u0000d')).toBe('a b c d');
  expect(shorten('x'.repeat(60))).toBe(`${'x'.repeat(47)}…`);
});

it('writes names as they are, once', async () => {
  const lettering = new Lettering();
  const mask = await lettering.write('<b>Ada</b> & Co', 24, 400);

  expect(mask?.height).toBeGreaterThan(8);
  expect(mask?.width).toBeGreaterThan(100);
  expect(Math.max(...(mask?.data ?? []))).toBeGreaterThan(200);
  expect(await lettering.write('<b>Ada</b> & Co', 24, 400)).toBe(mask);
});

it('cuts off what is too wide, and draws nothing of nothing', async () => {
  const lettering = new Lettering();

  expect((await lettering.write('A long name', 24, 30))?.width).toBe(30);
  expect(await lettering.write(' ', 24, 400)).toBeNull();
});
