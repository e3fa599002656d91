import { even, layoutOf, type Rect, type Size, type Stage, type Tile } from './layout.ts';
import { initialsOf, type Lettering } from './Lettering.ts';
import {
  colourOf,
  createPicture,
  draw,
  drawMask,
  fill,
  type Mask,
  type Picture,
} from './planes.ts';

const BACKGROUND = colourOf(22, 24, 29);
const NAME_BACKGROUND = colourOf(10, 11, 14);
/** Of tiles without a picture; each person has one. */
const TILE_COLOURS = [
  colourOf(52, 73, 110),
  colourOf(96, 62, 92),
  colourOf(46, 92, 84),
  colourOf(110, 76, 48),
  colourOf(74, 74, 120),
  colourOf(60, 96, 60),
];
const LETTERS_LUMA = 235;

/** What a slot shows of an input now. */
export interface Shown {
  picture: Picture;
  /** Changes with the picture. */
  version: number;
}

interface DrawnTile {
  tile: Tile;
  name: Mask | null;
  initials: Mask | null;
  /** What is drawn of it; null: nothing yet. */
  drawn: string | null;
}

/** Draws the stage. What has not changed since the last picture stays as it is. */
export class Composer {
  readonly #size: Size;
  readonly #lettering: Lettering;
  readonly #canvas: Picture;
  #tiles: DrawnTile[] = [];
  #card: Mask | null = null;
  #isClear = false;
  #revision = 0;

  /** @param title of the room, for the card */
  constructor(size: Size, lettering: Lettering, title: string) {
    this.#size = size;
    this.#lettering = lettering;
    this.#canvas = createPicture(size, BACKGROUND);
    const height = even(size.height / 10);
    void lettering.write(title, height, size.width * 0.9, true).then((mask) => {
      this.#card = mask;
      this.#isClear = false;
    });
  }

  get tiles(): readonly Tile[] {
    return this.#tiles.map(({ tile }) => tile);
  }

  setStage(stage: Stage): void {
    const before = this.#tiles;
    this.#revision += 1;
    this.#isClear = false;
    this.#tiles = layoutOf(stage, this.#size).map((tile) => {
      const same = before.find(
        (other) => other.tile.name === tile.name && other.tile.rect.width === tile.rect.width,
      );
      return { tile, name: same?.name ?? null, initials: same?.initials ?? null, drawn: null };
    });
    const revision = this.#revision;
    for (const one of this.#tiles) void this.#letter(one, revision);
  }

  /** @param shownOf what there is of an input; null: nothing yet @returns the same picture every time, drawn anew */
  compose(shownOf: (input: string) => Shown | null): Picture {
    if (!this.#isClear) this.#clear();
    for (const one of this.#tiles) {
      const shown = one.tile.kind === 'initials' ? null : shownOf(one.tile.input);
      const drawn = shown ? String(shown.version) : 'initials';
      if (one.drawn === drawn) continue;
      one.drawn = drawn;
      if (shown) draw(this.#canvas, one.tile.rect, shown.picture);
      else this.#drawInitials(one);
      this.#drawName(one);
    }
    return this.#canvas;
  }

  async #letter(one: DrawnTile, revision: number): Promise<void> {
    const { name, rect } = one.tile;
    const [written, initials] = await Promise.all([
      this.#lettering.write(name, this.#lineHeight(), rect.width * 0.8),
      this.#lettering.write(initialsOf(name), even(rect.height / 3), rect.width, true),
    ]);
    if (revision !== this.#revision) return;
    Object.assign(one, { name: written, initials, drawn: null });
  }

  #lineHeight(): number {
    return Math.max(14, even(this.#size.height / 26));
  }

  #clear(): void {
    const { width, height } = this.#size;
    fill(this.#canvas, { x: 0, y: 0, width, height }, BACKGROUND);
    this.#isClear = true;
    for (const one of this.#tiles) one.drawn = null;
    if (this.#tiles.length > 0 || !this.#card) return;
    drawMask(
      this.#canvas,
      centred({ x: 0, y: 0, width, height }, this.#card),
      this.#card,
      LETTERS_LUMA,
    );
  }

  #drawInitials({ tile, initials }: DrawnTile): void {
    const colour = TILE_COLOURS[hash(tile.personId) % TILE_COLOURS.length];
    fill(this.#canvas, tile.rect, colour ?? BACKGROUND);
    if (initials) drawMask(this.#canvas, centred(tile.rect, initials), initials, LETTERS_LUMA);
  }

  /** In the lower left corner, on a ground that makes it readable on any picture. */
  #drawName({ tile: { rect }, name }: DrawnTile): void {
    if (!name) return;
    const pad = even(this.#lineHeight() / 3);
    const width = Math.min(even(name.width + 2 * pad + 1), rect.width);
    const height = even(name.height + 2 * pad + 1);
    const ground = { x: rect.x, y: rect.y + rect.height - height, width, height };
    fill(this.#canvas, ground, NAME_BACKGROUND);
    drawMask(this.#canvas, centred(ground, name), name, LETTERS_LUMA);
  }
}

function centred(rect: Rect, { width, height }: Size): { x: number; y: number } {
  return {
    x: rect.x + Math.max(0, Math.floor((rect.width - width) / 2)),
    y: rect.y + Math.max(0, Math.floor((rect.height - height) / 2)),
  };
}

function hash(text: string): number {
  let value = 0;
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
