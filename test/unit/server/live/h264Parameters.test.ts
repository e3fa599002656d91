import { expect, it } from 'vitest';
import {
  lengthPrefixed,
  parametersOf,
  unitsOf,
} from '../../../../server/live/recording/h264Parameters.ts';

const PPS = Buffer.from('68ee3c80', 'hex');

it.each([
  ['baseline', '6742c01ed900a02ff97011000003000100000300320f162e48', 640, 360],
  ['high, cut', '67640028acd940780227e5c044000003000400000300c83c60c658', 1_920, 1_080],
  ['main', '674d401feca02802dd80880000030008000003019078c18cb0', 1_280, 720],
  ['odd ones', '6764000dacd941519e2223011000000300100000030320f1429960', 322, 178],
  ['interlaced', '6764001eacd940a063f3e022000003000200000300643e28532c', 640, 360],
])('knows the size of x264 pictures: %s', (_, sps, width, height) => {
  const unit = Buffer.from(sps, 'hex');
  const parameters = parametersOf([unit, PPS]);

  expect(parameters?.size).toEqual({ width, height });
  expect(parameters?.avcC.subarray(0, 4)).toEqual(Buffer.from([1, ...unit.subarray(1, 4)]));
  expect(parameters?.avcC.includes(unit)).toBe(true);
});

it('waits for both parameter sets, and breaks at nothing', () => {
  expect(parametersOf([PPS])).toBeNull();
  expect(parametersOf([Buffer.from('67', 'hex'), PPS])).toBeNull();
  expect(parametersOf([Buffer.from('67640028ff', 'hex'), PPS])?.size).toBeDefined();
});

it('puts lengths before units, and leaves delimiters out', () => {
  const frame = Buffer.from('0000000109f000000001650102', 'hex');

  expect(unitsOf(frame).map((unit) => unit.toString('hex'))).toEqual(['09f0', '650102']);
  expect(lengthPrefixed(unitsOf(frame)).toString('hex')).toBe('00000003650102');
});
