import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arrange,
  focusLayout,
  gridLayout,
  pageSize,
  seats,
  type Box,
} from '../../../../client/views/meeting/layout.ts';

const EPSILON = 0.01;
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;

const area = fc.record({
  width: fc.integer({ min: 320, max: 3_840 }),
  height: fc.integer({ min: 240, max: 2_160 }),
});
const count = fc.integer({ min: 1, max: 60 });

function expectInside(boxes: readonly Box[], { width, height }: { width: number; height: number }) {
  for (const box of boxes) {
    expect(box.x).toBeGreaterThanOrEqual(-EPSILON);
    expect(box.y).toBeGreaterThanOrEqual(-EPSILON);
    expect(box.x + box.width).toBeLessThanOrEqual(width + EPSILON);
    expect(box.y + box.height).toBeLessThanOrEqual(height + EPSILON);
  }
}

function expectApart(boxes: readonly Box[]) {
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x + EPSILON ||
        b.x + b.width <= a.x + EPSILON ||
        a.y + a.height <= b.y + EPSILON ||
        b.y + b.height <= a.y + EPSILON;
      expect(apart, JSON.stringify([a, b])).toBe(true);
    }
  }
}

describe('gridLayout', () => {
  test('gives everybody an equal tile of a good shape, inside and apart', () => {
    fc.assert(
      fc.property(count, area, (people, space) => {
        const boxes = gridLayout(people, space);
        expect(boxes).toHaveLength(people);
        expectInside(boxes, space);
        expectApart(boxes);
        for (const { width, height } of boxes) {
          expect(width).toBeCloseTo(boxes[0]?.width ?? NaN);
          expect(height).toBeCloseTo(boxes[0]?.height ?? NaN);
          if (width === 0) continue;
          expect(width / height).toBeGreaterThanOrEqual(NARROWEST - EPSILON);
          expect(width / height).toBeLessThanOrEqual(WIDEST + EPSILON);
        }
      }),
    );
  });

  test('centres the last row', () => {
    fc.assert(
      fc.property(count, area, (people, space) => {
        const boxes = gridLayout(people, space);
        const last = boxes.filter(({ y }) => y === boxes.at(-1)?.y);
        const left = last[0]?.x ?? NaN;
        const right = space.width - ((last.at(-1)?.x ?? NaN) + (last.at(-1)?.width ?? NaN));
        expect(left).toBeCloseTo(right);
      }),
    );
  });

  test('fills the width or the height with a single tile', () => {
    expect(gridLayout(1, { width: 1_600, height: 900 })).toEqual([
      { x: 0, y: 0, width: 1_600, height: 900 },
    ]);
    const [upright] = gridLayout(1, { width: 400, height: 900 });
    expect(upright).toMatchObject({ x: 0, width: 400, height: 300, y: 300 });
  });

  test('puts two side by side on a wide stage and one over the other on an upright one', () => {
    const wide = gridLayout(2, { width: 1_600, height: 700 });
    expect(wide[0]?.y).toBe(wide[1]?.y);
    const upright = gridLayout(2, { width: 400, height: 700 });
    expect(upright[0]?.x).toBe(upright[1]?.x);
  });
});

describe('pageSize', () => {
  test('never shows tiles that are too narrow to see a face, unless the stage itself is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), area, (people, space) => {
        const size = pageSize(people, space);
        expect(size).toBeGreaterThanOrEqual(1);
        expect(size).toBeLessThanOrEqual(people);
        const width = gridLayout(size, space)[0]?.width ?? NaN;
        if (size > 1) expect(width).toBeGreaterThanOrEqual(Math.min(160, space.width / 2 - 10));
      }),
    );
  });

  test('shows 49 on a large screen and more than one on a phone', () => {
    expect(pageSize(49, { width: 1_880, height: 950 })).toBe(49);
    expect(pageSize(49, { width: 359, height: 640 })).toBeGreaterThanOrEqual(8);
  });
});

describe('focusLayout', () => {
  test('keeps everything inside and apart, and one picture larger than the others', () => {
    fc.assert(
      fc.property(count, area, fc.constantFrom(0, 52), (people, space, reserve) => {
        const { main, strip } = focusLayout(people, space, reserve);
        expect(strip.length).toBeGreaterThanOrEqual(1);
        expectInside([main, ...strip], space);
        expectApart([main, ...strip]);
        for (const { width, height } of strip) {
          expect(width * height).toBeLessThan(main.width * main.height);
        }
      }),
    );
  });

  test('fills the stage when nobody else is there', () => {
    const space = { width: 800, height: 600 };
    expect(focusLayout(0, space)).toMatchObject({ main: { x: 0, y: 0, ...space }, strip: [] });
  });
});

describe('seats', () => {
  test('leaves room for the pager only when it is needed', () => {
    const space = { width: 1_256, height: 706 };
    expect(seats(9, space, { focusing: false, withSelf: false })).toMatchObject({ size: 9, space });
    const many = seats(100, space, { focusing: false, withSelf: false });
    expect(many.size).toBeLessThan(100);
    expect(many.space.height).toBeLessThan(space.height);
  });

  test('keeps a place for oneself beside a large picture', () => {
    const space = { width: 1_256, height: 706 };
    const { size, focus } = seats(3, space, { focusing: true, withSelf: true });
    expect(size).toBe(3);
    expect(focus?.strip).toHaveLength(4);
  });
});

describe('arrange', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 20 });

  test('keeps everybody exactly once, and those who stay in their order', () => {
    fc.assert(
      fc.property(ids, ids, fc.nat(20), (before, now, visible) => {
        const after = arrange(before, now, visible, null);
        expect([...after].sort()).toEqual([...now].sort());
        const stayed = before.filter((id) => now.includes(id));
        expect(after.slice(0, stayed.length)).toEqual(stayed);
      }),
    );
  });

  test('moves nobody for a speaker in sight', () => {
    expect(arrange(['a', 'b', 'c'], ['a', 'b', 'c'], 2, 'b')).toEqual(['a', 'b', 'c']);
  });

  test('lets a speaker out of sight change places with the last one in sight', () => {
    expect(arrange(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'], 2, 'd')).toEqual([
      'a',
      'd',
      'c',
      'b',
    ]);
  });
});
