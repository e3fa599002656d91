import { expect, it } from 'vitest';
import { segmentKey } from '../../../../server/live/segmentKeys.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');

it('makes the same key of the same secret and number, and another of any other', () => {
  const other = Buffer.alloc(32, 8).toString('base64');
  const keys = [segmentKey(SECRET, 0), segmentKey(SECRET, 1), segmentKey(other, 0)];

  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  expect(keys.map(({ length }) => length)).toEqual([16, 16, 16]);
  expect(segmentKey(SECRET, 1)).toEqual(keys[1]);
});

it('takes no secret that anybody could guess', () => {
  expect(() => segmentKey('', 0)).toThrow(RangeError);
});
