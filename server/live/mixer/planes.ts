import type { Rect, Size } from './layout.ts';

/** A picture in planar YUV 4:2:0, as FFmpeg calls it `yuv420p`: Y, then U, then V. Sizes are even. */
export interface Picture extends Size {
  data: Uint8Array;
}

/** A colour in the limited range of video: Y of 16 to 235. */
export interface Colour {
  y: number;
  u: number;
  v: number;
}

/** Letters: how much of each pixel is covered by them, 0 to 255. */
export interface Mask extends Size {
  data: Uint8Array;
}

interface Plane {
  /** Where it begins in the data. */
  offset: number;
  width: number;
  height: number;
}

export function bytesOf({ width, height }: Size): number {
  return (width * height * 3) / 2;
}

export function createPicture(size: Size, colour: Colour): Picture {
  const picture = { ...size, data: new Uint8Array(bytesOf(size)) };
  fill(picture, { x: 0, y: 0, ...size }, colour);
  return picture;
}

/** BT.709 of red, green and blue, each 0 to 255. */
export function colourOf(red: number, green: number, blue: number): Colour {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return {
    y: Math.round(16 + (luma * 219) / 255),
    u: Math.round(128 + ((blue - luma) / 1.8556) * (224 / 255)),
    v: Math.round(128 + ((red - luma) / 1.5748) * (224 / 255)),
  };
}

export function fill(picture: Picture, rect: Rect, { y, u, v }: Colour): void {
  const values = [y, u, v];
  for (const [index, plane] of planesOf(picture).entries()) {
    const part = partOf(rect, index);
    for (let row = 0; row < part.height; row++) {
      const start = plane.offset + (part.y + row) * plane.width + part.x;
      picture.data.fill(values[index] ?? 0, start, start + part.width);
    }
  }
}

/** Draws all of `source` into `rect`, row by row where the sizes agree and scaled where they do not. */
export function draw(target: Picture, rect: Rect, source: Picture): void {
  const from = planesOf(source);
  for (const [index, to] of planesOf(target).entries()) {
    const plane = from[index];
    if (!plane) continue;
    const part = partOf(rect, index);
    if (plane.width === part.width && plane.height === part.height) {
      copyPlane(target.data, to, part, source.data, plane);
    } else {
      scalePlane(target.data, to, part, source.data, plane);
    }
  }
}

/** Draws letters in a grey of `luma`, over whatever is there; what does not fit is cut off. */
export function drawMask(target: Picture, at: { x: number; y: number }, mask: Mask, luma: number) {
  const width = Math.min(mask.width, target.width - at.x);
  const height = Math.min(mask.height, target.height - at.y);
  for (let row = 0; row < height; row++) {
    let from = row * mask.width;
    let to = (at.y + row) * target.width + at.x;
    for (let column = 0; column < width; column++, from++, to++) {
      const cover = mask.data[from] ?? 0;
      if (cover === 0) continue;
      const below = target.data[to] ?? 0;
      target.data[to] = below + (((luma - below) * cover) >> 8);
    }
  }
}

function planesOf({ width, height }: Size): [Plane, Plane, Plane] {
  const half = { width: width / 2, height: height / 2 };
  const luma = width * height;
  return [
    { offset: 0, width, height },
    { offset: luma, ...half },
    { offset: luma + luma / 4, ...half },
  ];
}

function partOf({ x, y, width, height }: Rect, plane: number): Rect {
  return plane === 0
    ? { x, y, width, height }
    : { x: x / 2, y: y / 2, width: width / 2, height: height / 2 };
}

function copyPlane(target: Uint8Array, to: Plane, part: Rect, source: Uint8Array, from: Plane) {
  for (let row = 0; row < part.height; row++) {
    const start = from.offset + row * from.width;
    target.set(
      source.subarray(start, start + part.width),
      to.offset + (part.y + row) * to.width + part.x,
    );
  }
}

/** Bilinear, in fixed point of 8 bits. */
function scalePlane(target: Uint8Array, to: Plane, part: Rect, source: Uint8Array, from: Plane) {
  const columns = samplePoints(part.width, from.width);
  const rows = samplePoints(part.height, from.height);
  for (let row = 0; row < part.height; row++) {
    const above = from.offset + (rows.index[row] ?? 0) * from.width;
    const below = above + (rows.step[row] ?? 0) * from.width;
    const down = rows.weight[row] ?? 0;
    let out = to.offset + (part.y + row) * to.width + part.x;
    for (let column = 0; column < part.width; column++, out++) {
      const left = columns.index[column] ?? 0;
      const right = left + (columns.step[column] ?? 0);
      const across = columns.weight[column] ?? 0;
      const top =
        (source[above + left] ?? 0) * (256 - across) + (source[above + right] ?? 0) * across;
      const bottom =
        (source[below + left] ?? 0) * (256 - across) + (source[below + right] ?? 0) * across;
      target[out] = (top * (256 - down) + bottom * down + 32_768) >> 16;
    }
  }
}

interface SamplePoints {
  index: Uint16Array;
  /** To the neighbour: 1, or 0 at the edge. */
  step: Uint8Array;
  /** Of the neighbour, 0 to 255. */
  weight: Uint8Array;
}

const known = new Map<number, SamplePoints>();

/** Between which two samples of `from` each of `to` lies. */
function samplePoints(to: number, from: number): SamplePoints {
  const key = to * 65_536 + from;
  const before = known.get(key);
  if (before) return before;
  const points = {
    index: new Uint16Array(to),
    step: new Uint8Array(to),
    weight: new Uint8Array(to),
  };
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const index = Math.floor(at);
    points.index[i] = index;
    points.step[i] = index + 1 < from ? 1 : 0;
    points.weight[i] = Math.floor((at - index) * 256);
  }
  // Sizes are those of a few layouts.
  known.set(key, points);
  return points;
}
