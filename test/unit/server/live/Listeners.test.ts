import { expect, test } from 'vitest';
import { Audience, Listeners } from '../../../../server/live/Listeners.ts';

test('counts each page once, for as long as it asks', () => {
  const listeners = new Listeners();
  listeners.see('stage', 'a', 0);
  listeners.see('stage', 'b', 4_000);
  listeners.see('stage', 'a', 8_000);
  listeners.see('other', 'a', 8_000);
  expect(listeners.count('stage', 8_000)).toBe(2);
  expect(listeners.count('stage', 16_001)).toBe(1);
  expect(listeners.count('stage', 20_001)).toBe(0);
  expect(listeners.count('nowhere', 0)).toBe(0);
});

test('tells of all nodes while the mixer does, and of this one else', () => {
  const listeners = new Listeners();
  listeners.see('stage', 'a', 0);
  expect(listeners.total('stage', 0)).toBe(1);
  listeners.tell('stage', 7, 1_000);
  expect(listeners.total('stage', 2_000)).toBe(7);
  listeners.see('stage', 'a', 12_000);
  expect(listeners.total('stage', 13_001)).toBe(1);
  listeners.tell('stage', 7, 14_000);
  listeners.forget('stage');
  expect(listeners.total('stage', 14_000)).toBe(0);
});

test('adds up what nodes told last, but for those that are silent', () => {
  const audience = new Audience();
  audience.tell('m1', 'a', 3, 0);
  audience.tell('m1', 'b', 4, 5_000);
  audience.tell('m1', 'b', 6, 6_000);
  audience.tell('m2', 'b', 9, 6_000);
  expect(audience.total('m1', 6_000)).toBe(9);
  expect(audience.total('m1', 12_001)).toBe(6);
  expect(audience.total('m1', 18_001)).toBe(0);
});
