import type { Size } from '../mixer/layout.ts';

/** What H.264 (ISO/IEC 14496-10) says of itself before its first picture. */

const TYPE = 0x1f;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;
/** Profiles whose parameters say how colours are sampled. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128]);

/** Units of a frame in Annex B as the depacketizer makes it: each after a code of four bytes. */
export function unitsOf(frame: Buffer): Buffer[] {
  const code = Buffer.from([0, 0, 0, 1]);
  const units: Buffer[] = [];
  for (let at = frame.indexOf(code); at !== -1;) {
    const next = frame.indexOf(code, at + 4);
    const unit = frame.subarray(at + 4, next === -1 ? frame.length : next);
    if (unit.length > 0) units.push(unit);
    at = next;
  }
  return units;
}

/** As files have them: each with its length before it. */
export function lengthPrefixed(units: readonly Buffer[]): Buffer {
  return Buffer.concat(
    units.flatMap((unit) => {
      if (typeOf(unit) === DELIMITER) return [];
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      return [length, unit];
    }),
  );
}

/** The configuration that a file has at its beginning (ISO/IEC 14496-15), and the size; null before both are there. */
export function parametersOf(units: readonly Buffer[]): { avcC: Buffer; size: Size } | null {
  const sps = units.find((unit) => typeOf(unit) === SPS);
  const pps = units.find((unit) => typeOf(unit) === PPS);
  if (!sps || !pps || sps.length < 4) return null;
  const lengths = [sps, pps].map(({ length }) => Buffer.from([length >> 8, length & 0xff]));
  const avcC = Buffer.concat([
    Buffer.from([1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1]),
    ...[lengths[0] ?? Buffer.alloc(2), sps, Buffer.from([1])],
    ...[lengths[1] ?? Buffer.alloc(2), pps],
  ]);
  return { avcC, size: sizeIn(sps) };
}

function typeOf(unit: Buffer): number {
  return (unit[0] ?? 0) & TYPE;
}

/** Section 7.3.2.1.1, as far as the size. */
function sizeIn(sps: Buffer): Size {
  const bits = new Bits(withoutEmulation(sps.subarray(4)));
  bits.unsigned();
  let chroma = 1;
  if (HIGH_PROFILES.has(sps[1] ?? 0)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.skip(1);
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
    if (bits.one()) skipMatrices(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  skipOrder(bits);
  bits.unsigned();
  bits.skip(1);
  const width = (bits.unsigned() + 1) * 16;
  const rows = bits.unsigned() + 1;
  const isProgressive = bits.one();
  const height = rows * 16 * (isProgressive ? 1 : 2);
  if (!isProgressive) bits.skip(1);
  bits.skip(1);
  if (!bits.one()) return { width, height };
  const [left, right, top, bottom] = [1, 2, 3, 4].map(() => bits.unsigned());
  const across = chroma === 1 || chroma === 2 ? 2 : 1;
  const down = (chroma === 1 ? 2 : 1) * (isProgressive ? 1 : 2);
  return {
    width: width - across * ((left ?? 0) + (right ?? 0)),
    height: height - down * ((top ?? 0) + (bottom ?? 0)),
  };
}

function skipMatrices(bits: Bits, count: number): void {
  for (let index = 0; index < count; index++) {
    if (!bits.one()) continue;
    let [last, next] = [8, 8];
    for (let at = 0; at < (index < 6 ? 16 : 64) && next !== 0; at++) {
      next = (last + bits.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

function skipOrder(bits: Bits): void {
  const order = bits.unsigned();
  if (order === 0) bits.unsigned();
  if (order !== 1) return;
  bits.skip(1);
  bits.signed();
  bits.signed();
  for (let left = bits.unsigned(); left > 0; left--) bits.signed();
}

/** Three is put in where two zeros would look like a beginning. */
function withoutEmulation(data: Buffer): Buffer {
  const kept = [...data].filter(
    (byte, at) => !(byte === 3 && data[at - 1] === 0 && data[at - 2] === 0),
  );
  return Buffer.from(kept);
}

/** Reads numbers of one bit and of as many as they need (Exp-Golomb); beyond the end all is zero. */
class Bits {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  one(): boolean {
    const byte = this.#data[this.#at >> 3] ?? 0;
    const bit = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit === 1;
  }

  skip(count: number): void {
    this.#at += count;
  }

  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && this.#at < this.#data.length * 8 && !this.one()) zeros += 1;
    let value = 1;
    for (let left = zeros; left > 0; left--) value = value * 2 + Number(this.one());
    return value - 1;
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}
