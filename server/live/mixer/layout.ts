/** Where what is on the stage stands in the picture: a pure function of both. */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

/** Somebody who is on the stage. */
export interface StagePerson {
  id: string;
  name: string;
  /** The input with their voice; null: nothing of it is heard. */
  voice: string | null;
  /** The input with their camera; null: their initials stand for them. */
  camera: string | null;
  /** The input with what they share. */
  screen: string | null;
}

export interface Stage {
  /** In the order in which they stand beside whoever is large. */
  people: readonly StagePerson[];
  /** Who speaks; null: whoever spoke before stays large. */
  speaker: string | null;
}

export type Tile = {
  personId: string;
  name: string;
  rect: Rect;
} & (
  | { kind: 'camera' | 'screen'; input: string }
  /** Nothing is to be seen of them. */
  | { kind: 'initials' }
);

/** How many stand beside what is large. */
export const MAX_BESIDE = 4;
/** Of both sides, what is large takes when there is something beside it; the rest is the column. */
const LARGE_SHARE = 3 / 4;

/** No tile: nobody is on the stage, and the card is shown. */
export function layoutOf({ people, speaker }: Stage, size: Size): Tile[] {
  const [shared] = people.flatMap(({ screen, ...of }) => (screen === null ? [] : { screen, of }));
  const speaking = people.find(({ id }) => id === speaker) ?? people[0];
  if (!speaking) return [];
  const others = people.filter((person) => person !== speaking);
  if (!shared) {
    const [large, ...rects] = rectsOf(others.length, size);
    return [tileOf(speaking, large), ...beside(others, rects)];
  }
  // Whoever speaks comes first beside a screen, whether or not it is theirs.
  const all = [speaking, ...others];
  const [large, ...rects] = rectsOf(all.length, size);
  const screen: Tile = {
    ...{ kind: 'screen', personId: shared.of.id, name: shared.of.name },
    ...{ input: shared.screen, rect: large },
  };
  return [screen, ...beside(all, rects)];
}

/** The input that stands large before all others; null: nothing is shared. */
export function sharedIn({ people }: Stage): string | null {
  return people.find(({ screen }) => screen !== null)?.screen ?? null;
}

export function withoutScreens({ people, speaker }: Stage): Stage {
  return { people: people.map((person) => ({ ...person, screen: null })), speaker };
}

/** What is large, in pixels, when something stands beside it. */
export function largeSize({ width, height }: Size): Size {
  return { width: even(width * LARGE_SHARE), height: even(height * LARGE_SHARE) };
}

function rectsOf(besideCount: number, size: Size): [Rect, ...Rect[]] {
  if (besideCount === 0) return [{ x: 0, y: 0, ...size }];
  const large = largeSize(size);
  const count = Math.min(besideCount, MAX_BESIDE);
  const small = { width: size.width - large.width, height: even(size.height / MAX_BESIDE) };
  const top = even((size.height - count * small.height) / 2);
  const column = Array.from({ length: count }, (_, index) => ({
    ...{ x: large.width, y: top + index * small.height },
    ...small,
  }));
  return [{ x: 0, y: even((size.height - large.height) / 2), ...large }, ...column];
}

function beside(people: readonly StagePerson[], rects: readonly Rect[]): Tile[] {
  return rects.flatMap((rect, index) => {
    const person = people[index];
    return person ? [tileOf(person, rect)] : [];
  });
}

function tileOf({ id, name, camera }: StagePerson, rect: Rect): Tile {
  const tile = { personId: id, name, rect };
  return camera === null
    ? { ...tile, kind: 'initials' }
    : { ...tile, kind: 'camera', input: camera };
}

/** Chroma has half of the resolution: odd places and sizes would part it from luma. */
export function even(pixels: number): number {
  return Math.floor(pixels / 2) * 2;
}
