import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rateParticipant } from '../../../../server/media/quality.ts';

interface Up {
  /** Of each layer. */
  scores: number[];
  paused?: boolean;
}
interface Down {
  score: number;
  producerScore?: number;
  paused?: boolean;
  producerPaused?: boolean;
}

function rate(up: Up[], down: Down[] = []) {
  return rateParticipant({
    participantId: 'p1',
    producers: new Map(
      up.map(({ scores, paused = false }, position) => [
        String(position),
        {
          producer: {
            paused,
            score: scores.map((score, encodingIdx) => ({ encodingIdx, ssrc: 1, score })),
          },
        },
      ]),
    ),
    consumers: new Map(
      down.map(
        ({ score, producerScore = 10, paused = false, producerPaused = false }, position) => [
          String(position),
          { consumer: { paused, producerPaused }, score: { score, producerScore } },
        ],
      ),
    ),
  });
}

test('says nothing while nothing flows', () => {
  expect(rate([])).toBeNull();
  expect(rate([{ scores: [10], paused: true }, { scores: [0, 0] }, { scores: [] }])).toBeNull();
  expect(
    rate(
      [],
      [
        { score: 10, paused: true },
        { score: 10, producerPaused: true },
        { score: 10, producerScore: 0 },
      ],
    ),
  ).toBeNull();
});

describe('a score of 0 to 10 becomes 0 (lost) to 4 (excellent)', () => {
  test.each([
    [10, 4],
    [9, 4],
    [8, 3],
    [7, 3],
    [6, 2],
    [4, 2],
    [3, 1],
    [1, 1],
    [0, 0],
  ])('%i → %i', (score, quality) => {
    expect(rate([], [{ score }])).toMatchObject({ quality, direction: 'down' });
  });
});

test('the worst stream counts, of each its best layer', () => {
  expect(rate([{ scores: [10, 0, 0] }, { scores: [2, 5, 0] }])).toMatchObject({ quality: 2 });
});

test('names the worse direction', () => {
  expect(rate([{ scores: [3] }], [{ score: 10 }])).toMatchObject({ quality: 1, direction: 'up' });
  expect(rate([{ scores: [10] }], [{ score: 3 }])).toMatchObject({ quality: 1, direction: 'down' });
  expect(rate([{ scores: [8] }], [{ score: 7 }])).toMatchObject({ quality: 3, direction: 'both' });
});

test('one more stream never makes it better', () => {
  const score = fc.integer({ min: 0, max: 10 });
  const up = fc.array(fc.array(score, { maxLength: 3 }).map((scores) => ({ scores })));
  const down = fc.array(fc.record({ score, producerScore: score, paused: fc.boolean() }));
  fc.assert(
    fc.property(up, down, score, (ups, downs, added) => {
      const before = rate(ups, downs)?.quality ?? 4;
      const after = rate(ups, [...downs, { score: added }])?.quality ?? 4;
      expect(after).toBeLessThanOrEqual(before);
    }),
  );
});
