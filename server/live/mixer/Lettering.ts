import type Sharp from 'sharp';
import type { Mask } from './planes.ts';

const MAX_LETTERS = 48;
/** Tried in this order; none is shipped, so a machine without fonts shows no names. */
const FONTS = 'Inter, Noto Sans, DejaVu Sans, Liberation Sans, sans';
/** Masks that are kept; a stage with more names than this draws some of them again. */
const MAX_KEPT = 256;

/** Makes letters once for every text and size. */
export class Lettering {
  readonly #kept = new Map<string, Promise<Mask | null>>();
  #sharp: Promise<typeof Sharp> | null = null;

  /**
   * @param height of a line, pixels
   * @param maxWidth what is longer is cut off, pixels
   * @returns null for what has nothing to draw, or cannot be drawn: a picture without a name is better than none
   */
  write(text: string, height: number, maxWidth: number, bold = false): Promise<Mask | null> {
    const key = JSON.stringify([text, height, maxWidth, bold]);
    let mask = this.#kept.get(key);
    if (!mask) {
      mask = this.#draw(shorten(text), height, maxWidth, bold).catch(() => null);
      this.#kept.set(key, mask);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    }
    return mask;
  }

  async #draw(text: string, height: number, maxWidth: number, bold: boolean): Promise<Mask | null> {
    if (text === '') return null;
    // Loaded for the first name: most processes mix nothing.
    this.#sharp ??= import('sharp').then((module) => module.default);
    const sharp = await this.#sharp;
    const size = Math.max(6, Math.round(height * 0.7));
    const { data, info } = await sharp({
      text: {
        text: escapeMarkup(text),
        font: `${FONTS} ${bold ? 'Bold ' : ''}${size}`,
        // Points are pixels at this density.
        dpi: 72,
        wrap: 'none',
        rgba: false,
      },
    })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return cut(data, info.width, info.height, info.channels, maxWidth);
  }
}

/** The first letter of the first and of the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  const letters = [first, last].map((word) => graphemes(word)[0] ?? '');
  return letters.join('').toLocaleUpperCase('en');
}

/** One line, and not a longer one than anybody can read. */
export function shorten(text: string): string {
  const letters = graphemes(text.replaceAll(/[\p{C}\s]+/gu, ' ').trim());
  if (letters.length <= MAX_LETTERS) return letters.join('');
  return `${letters.slice(0, MAX_LETTERS - 1).join('')}…`;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function graphemes(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Pango reads markup: a name with a `<` in it is a name. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(
  data: Buffer,
  width: number,
  height: number,
  channels: number,
  maxWidth: number,
): Mask {
  const kept = Math.min(width, Math.floor(maxWidth));
  const mask = { width: kept, height, data: new Uint8Array(kept * height) };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < kept; column++) {
      mask.data[row * kept + column] = data[(row * width + column) * channels] ?? 0;
    }
  }
  return mask;
}
