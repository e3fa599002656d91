import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  layoutOf,
  MAX_BESIDE,
  type Stage,
  type StagePerson,
} from '../../../../server/live/mixer/layout.ts';
import { assignSlots } from '../../../../server/live/mixer/assignSlots.ts';

const SIZE = { width: 1280, height: 720 };

const person = (id: string, given: Partial<StagePerson> = {}): StagePerson => ({
  ...{ id, name: id, voice: `${id}-voice`, camera: `${id}-camera`, screen: null },
  ...given,
});
const stageOf = (speaker: string | null, ...people: StagePerson[]): Stage => ({ people, speaker });
const said = (stage: Stage) =>
  layoutOf(stage, SIZE).map(({ personId, kind, rect: { x, y, width, height } }) => [
    ...[personId, kind, x, y, width, height],
  ]);

it('is empty while nobody is on the stage', () => {
  expect(layoutOf(stageOf(null), SIZE)).toEqual([]);
});

it('gives somebody alone the whole picture', () => {
  expect(said(stageOf(null, person('a')))).toEqual([['a', 'camera', 0, 0, 1280, 720]]);
});

it('has the speaker large and the others beside, in their order', () => {
  expect(said(stageOf('b', person('a'), person('b'), person('c', { camera: null })))).toEqual([
    ['b', 'camera', 0, 90, 960, 540],
    ['a', 'camera', 960, 180, 320, 180],
    ['c', 'initials', 960, 360, 320, 180],
  ]);
});

it('has a screen large and first whoever speaks beside it', () => {
  const sharing = person('a', { screen: 'a-screen' });
  const tiles = layoutOf(stageOf('b', sharing, person('b')), SIZE);

  expect(tiles.map(({ personId, kind }) => `${personId} ${kind}`)).toEqual([
    'a screen',
    'b camera',
    'a camera',
  ]);
  expect(tiles[0]).toMatchObject({ input: 'a-screen', rect: { width: 960, height: 540 } });
});

it('keeps everything apart, inside and even, whoever is there', () => {
  const people = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      name: fc.string(),
      voice: fc.constant(null),
      camera: fc.option(fc.string()),
      screen: fc.option(fc.string(), { freq: 8 }),
    }),
    { selector: ({ id }) => id, maxLength: 12 },
  );
  const size = fc.constantFrom(SIZE, { width: 1920, height: 1080 }, { width: 640, height: 360 });
  fc.assert(
    fc.property(people, fc.nat(12), size, (all, speaker, { width, height }) => {
      const stage = { people: all, speaker: all[speaker]?.id ?? null };
      const tiles = layoutOf(stage, { width, height });
      expect(tiles.length).toBeLessThanOrEqual(MAX_BESIDE + 1);
      expect(tiles.length > 0).toBe(all.length > 0);
      for (const [index, { rect }] of tiles.entries()) {
        for (const side of [rect.x, rect.y, rect.width, rect.height]) expect(side % 2).toBe(0);
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(width);
        expect(rect.y + rect.height).toBeLessThanOrEqual(height);
        for (const { rect: other } of tiles.slice(index + 1)) {
          const apart =
            rect.x + rect.width <= other.x ||
            other.x + other.width <= rect.x ||
            rect.y + rect.height <= other.y ||
            other.y + other.height <= rect.y;
          expect(apart).toBe(true);
        }
      }
    }),
  );
});

it('leaves every input in its slot for as long as it is wanted', () => {
  expect(assignSlots([null, null], ['a', 'b', 'c'])).toEqual(['a', 'b']);
  expect(assignSlots(['a', 'b'], ['b', 'a'])).toEqual(['a', 'b']);
  expect(assignSlots(['a', 'b'], ['c', 'b'])).toEqual(['c', 'b']);
  expect(assignSlots(['a', null, 'b'], ['c', 'b'])).toEqual([null, 'c', 'b']);
  expect(assignSlots(['a'], [])).toEqual([null]);
});
