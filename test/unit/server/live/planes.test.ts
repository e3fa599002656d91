import { expect, it } from 'vitest';
import {
  colourOf,
  createPicture,
  draw,
  drawMask,
  fill,
} from '../../../../server/live/mixer/planes.ts';

const BLACK = colourOf(0, 0, 0);
const RED = colourOf(255, 0, 0);
const GREEN = colourOf(0, 255, 0);

const lumaAt = (picture: { data: Uint8Array; width: number }, x: number, y: number) =>
  picture.data[y * picture.width + x];

it('knows colours of television', () => {
  expect(BLACK).toEqual({ y: 16, u: 128, v: 128 });
  expect(colourOf(255, 255, 255)).toEqual({ y: 235, u: 128, v: 128 });
  expect(RED.v).toBe(240);
});

it('fills a part and nothing else, in all planes', () => {
  const picture = createPicture({ width: 8, height: 4 }, BLACK);
  fill(picture, { x: 2, y: 2, width: 4, height: 2 }, RED);

  const rows = [0, 8, 16, 24].map((start) => [...picture.data.subarray(start, start + 8)]);
  const part = [16, 16, RED.y, RED.y, RED.y, RED.y, 16, 16];
  expect(rows).toEqual([new Array(8).fill(16), new Array(8).fill(16), part, part]);
  expect([...picture.data.subarray(40)]).toEqual([...[128, 128, 128, 128, 128, RED.v, RED.v, 128]]);
});

it('copies a picture of the same size and scales any other', () => {
  const target = createPicture({ width: 16, height: 8 }, BLACK);
  draw(target, { x: 0, y: 0, width: 4, height: 4 }, createPicture({ width: 4, height: 4 }, RED));
  draw(target, { x: 8, y: 2, width: 6, height: 6 }, createPicture({ width: 2, height: 2 }, GREEN));

  expect([lumaAt(target, 3, 3), lumaAt(target, 4, 3)]).toEqual([RED.y, 16]);
  expect([lumaAt(target, 8, 2), lumaAt(target, 13, 7), lumaAt(target, 14, 7)]).toEqual([
    ...[GREEN.y, GREEN.y, 16],
  ]);
});

it('passes smoothly from one pixel to the next', () => {
  const source = createPicture({ width: 2, height: 2 }, BLACK);
  source.data.set([16, 116, 16, 116]);
  const target = createPicture({ width: 8, height: 2 }, BLACK);
  draw(target, { x: 0, y: 0, width: 8, height: 2 }, source);

  expect([...target.data.subarray(0, 8)]).toEqual([16, 16, 29, 54, 79, 104, 116, 116]);
});

it('draws letters over what is there and cuts off what does not fit', () => {
  const target = createPicture({ width: 4, height: 2 }, BLACK);
  const mask = { width: 4, height: 1, data: Uint8Array.of(255, 0, 128, 255) };
  drawMask(target, { x: 1, y: 1 }, mask, 235);

  expect([...target.data.subarray(4, 8)]).toEqual([16, 234, 16, 125]);
});
