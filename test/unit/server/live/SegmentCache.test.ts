import { expect, test } from 'vitest';
import { SegmentCache } from '../../../../server/live/SegmentCache.ts';

const bytes = (count: number) => Buffer.alloc(count);

test('holds as many bytes as it may, of those asked for last', () => {
  const cache = new SegmentCache(100);
  cache.set('a', bytes(40));
  cache.set('b', bytes(40));
  expect(cache.get('a')).toHaveLength(40);
  cache.set('c', bytes(40));
  expect(cache.get('b')).toBeUndefined();
  expect(cache.get('a')).toHaveLength(40);
  expect(cache.get('c')).toHaveLength(40);
  expect(cache.bytes).toBe(80);
});

test('counts what is set again once, and leaves out what is larger than all of it', () => {
  const cache = new SegmentCache(100);
  cache.set('a', bytes(60));
  cache.set('a', bytes(30));
  expect(cache.bytes).toBe(30);
  cache.set('b', bytes(101));
  expect(cache.get('b')).toBeUndefined();
  expect(cache.get('a')).toHaveLength(30);
});
