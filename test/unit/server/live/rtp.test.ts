import { expect, it } from 'vitest';
import { isRtcp, parseRtp, Unwrapper } from '../../../../server/live/mixer/rtp.ts';
import { rtp } from './packets.ts';

it('reads a packet, past its extensions and contributing sources', () => {
  const packet = Buffer.from([
    ...[0x80 | 0x10 | 0x01, 0x80 | 96, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7],
    ...[1, 2, 3, 4],
    ...[0xbe, 0xde, 0, 1, 5, 5, 5, 5],
    ...[42, 43],
  ]);

  expect(parseRtp(packet)).toMatchObject({
    ...{ payloadType: 96, marker: true, sequence: 0x1234, timestamp: 9, ssrc: 7 },
    payload: Buffer.from([42, 43]),
  });
});

it('leaves padding out', () => {
  const packet = Buffer.concat([rtp({ payload: Buffer.from([1, 0, 0, 3]) })]);
  packet[0] = 0x80 | 0x20;

  expect(parseRtp(packet)?.payload).toEqual(Buffer.from([1]));
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a short header', Buffer.alloc(11, 0x80)],
  ['another version', Buffer.alloc(20, 0x40)],
  [
    'an extension that does not end',
    Buffer.from([0x90, 96, ...new Array<number>(10).fill(0), 0, 0, 9, 9]),
  ],
  ['more padding than packet', Buffer.from([0xa0, 96, ...new Array<number>(9).fill(0), 200])],
])('refuses %s', (_, data) => {
  expect(parseRtp(data)).toBeNull();
});

it('tells RTCP by its type', () => {
  const report = Buffer.from([0x80, 200, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);

  expect(isRtcp(report)).toBe(true);
  expect(parseRtp(report)).toBeNull();
});

it('counts on where a counter wraps, and back for what is late', () => {
  const sequences = new Unwrapper(16);

  expect([65_534, 65_535, 0, 65_533, 1].map((value) => sequences.unwrap(value))).toEqual([
    65_534, 65_535, 65_536, 65_533, 65_537,
  ]);
});
