import { expect, it } from 'vitest';
import { FrameAssembler } from '../../../../server/live/mixer/FrameAssembler.ts';
import { h264 } from '../../../../server/live/mixer/h264.ts';
import { vp8 } from '../../../../server/live/mixer/vp8.ts';
import { packet } from './packets.ts';

const BEGINS = 0x10;
/** First byte of a VP8 frame: its lowest bit is 0 in key frames. */
const KEY = 0x00;
const DELTA = 0x01;

const part = (sequence: number, timestamp: number, bytes: number[], marker = false) =>
  packet({ sequence, timestamp, marker, payload: Uint8Array.from(bytes) });
const key = (sequence: number, timestamp: number) =>
  part(sequence, timestamp, [BEGINS, KEY, sequence], true);
const delta = (sequence: number, timestamp: number) =>
  part(sequence, timestamp, [BEGINS, DELTA, sequence], true);

it('makes pictures of packets, in whatever order they come', () => {
  const assembler = new FrameAssembler(vp8);
  expect(assembler.push(part(10, 3_000, [BEGINS, KEY, 1]), 0)).toEqual([]);
  expect(assembler.push(delta(12, 6_000), 1)).toEqual([]);

  expect(assembler.push(part(11, 3_000, [0, 2], true), 2)).toEqual([
    { timestamp: 3_000, isKey: true, data: Buffer.from([KEY, 1, 2]) },
    { timestamp: 6_000, isKey: false, data: Buffer.from([DELTA, 12]) },
  ]);
});

it('begins at a key frame', () => {
  const assembler = new FrameAssembler(vp8);
  expect(assembler.push(delta(1, 1), 0)).toEqual([]);
  expect(assembler.needsKey).toBe(true);
  expect(assembler.push(key(2, 2), 0)).toHaveLength(1);
  expect(assembler.needsKey).toBe(false);

  assembler.restart();
  expect(assembler.push(delta(3, 3), 0)).toEqual([]);
});

it('waits a moment for what is missing, then for the next key frame', () => {
  const assembler = new FrameAssembler(vp8);
  assembler.push(key(1, 1), 0);
  expect(assembler.push(delta(3, 3), 10)).toEqual([]);
  expect(assembler.needsKey).toBe(false);
  expect(assembler.push(delta(4, 4), 80)).toEqual([]);

  expect(assembler.needsKey).toBe(true);
  expect(assembler.lost).toBe(1);
  expect(assembler.push(key(5, 5), 90)).toHaveLength(1);
});

it('shows no picture that lacks a part', () => {
  const assembler = new FrameAssembler(vp8);
  assembler.push(key(1, 1), 0);
  assembler.push(part(2, 2, [BEGINS, KEY, 1]), 0);
  assembler.push(part(4, 2, [0, 3], true), 0);

  expect(assembler.push(delta(5, 5), 100)).toEqual([]);
  expect(assembler.needsKey).toBe(true);
});

it('takes packets without payload as they are: nothing', () => {
  const assembler = new FrameAssembler(vp8);
  assembler.push(key(65_535, 1), 0);
  expect(assembler.push(part(0, 1, []), 0)).toEqual([]);

  expect(assembler.push(delta(1, 2), 0)).toHaveLength(1);
});

it('reads past the descriptor of VP8 with everything in it', () => {
  const everything = Uint8Array.of(0x80 | BEGINS, 0xf0, 0x81, 0x23, 7, 0x20, KEY, 9);
  const short = Uint8Array.of(0x80 | BEGINS, 0x80, 0x11, DELTA);

  expect(vp8.read(everything)).toEqual({
    data: [Uint8Array.of(KEY, 9)],
    begins: true,
    isKey: true,
  });
  expect(vp8.read(short)).toMatchObject({ data: [Uint8Array.of(DELTA)], isKey: false });
  expect(vp8.read(Uint8Array.of(0x90, 0x80))).toBeNull();
});

it('puts H.264 together again', () => {
  const assembler = new FrameAssembler(h264);
  const aggregate = [24, 0, 2, 0x67, 1, 0, 2, 0x68, 2];
  assembler.push(part(1, 1, aggregate), 0);
  assembler.push(part(2, 1, [0x7c, 0x85, 3]), 0);
  const [frame] = assembler.push(part(3, 1, [0x7c, 0x45, 4], true), 0);

  expect(frame?.isKey).toBe(true);
  expect([...(frame?.data ?? [])]).toEqual([
    ...[0, 0, 0, 1, 0x67, 1],
    ...[0, 0, 0, 1, 0x68, 2],
    ...[0, 0, 0, 1, 0x65, 3, 4],
  ]);
  expect(h264.read(Uint8Array.of(24, 0, 9, 1))).toBeNull();
  expect(h264.read(Uint8Array.of(0x41, 1))).toMatchObject({ isKey: false, begins: true });
});
