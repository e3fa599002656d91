import { expect, test } from 'vitest';
import { roomId } from '../../../../../protocol/live.ts';
import {
  isRoomName,
  nameFrom,
  nextName,
  suggestPin,
} from '../../../../../client/views/live/suggestions.ts';

test.each([
  ['Ada Lovelace’s meeting', 'ada-lovelaces-meeting'],
  ['  Überblick: Q3 / 2026!  ', 'uberblick-q3-2026'],
  ['会議', ''],
  ['a'.repeat(120), 'a'.repeat(40)],
])('of "%s" the name in the address is "%s"', (title, name) => {
  expect(nameFrom(title)).toBe(name);
});

test('names are good where the server takes them', () => {
  const names = ['a', 'town-hall', '-a', '', 'A_b-1', 'a'.repeat(64), 'a'.repeat(65), 'a b', 'ä'];
  for (const name of names) expect(isRoomName(name), name).toBe(roomId.safeParse(name).success);
});

test('for a name that is taken the next one is suggested', () => {
  expect([nextName('town-hall'), nextName('town-hall-2'), nextName('q-2026')]).toEqual([
    'town-hall-2',
    'town-hall-3',
    'q-2027',
  ]);
});

test('PINs have six digits and differ', () => {
  const pins = Array.from({ length: 50 }, () => suggestPin());
  for (const pin of pins) expect(pin).toMatch(/^\d{6}$/);
  expect(new Set(pins).size).toBeGreaterThan(45);
});
