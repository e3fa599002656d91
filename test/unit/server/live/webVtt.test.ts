import { expect, test } from 'vitest';
import { assertWebVtt, MAX_TRANSCRIPT_BYTES } from '../../../../server/live/recordings/webVtt.ts';

const check = (text: string) => assertWebVtt(new TextEncoder().encode(text));
const CUE = '00:01.000 --> 00:02.500\nHello';

test.each([
  ['a cue', `WEBVTT\n\n${CUE}\n`],
  [
    'a title, hours, names and settings',
    `WEBVTT - Talk\n\n1\n01:00:01.000 --> 01:00:02.000 align:start\n<v Ada>Hi`,
  ],
  [
    'other line ends, and a mark of the encoding',
    `\uFEFFWEBVTT\r\n\r\n${CUE.replace('\n', '\r\n')}\r\n`,
  ],
  [
    'notes and styles',
    `WEBVTT\n\nNOTE by hand\n\nSTYLE\n::cue { color: red }\n\n${CUE}\n\n\n${CUE}`,
  ],
])('takes %s', (_, text) => {
  expect(() => check(text)).not.toThrow();
});

test.each([
  ['nothing', '', 'line 1'],
  ['SRT', `1\n00:00:01,000 --> 00:00:02,000\nHello`, 'line 1'],
  ['no empty line behind the header', `WEBVTT\n${CUE}`, 'line 2'],
  ['no cue', 'WEBVTT\n\nNOTE nothing', 'with cues'],
  ['text without a time', `WEBVTT\n\n${CUE}\n\nHello\nagain`, 'line 6'],
  ['a time of SRT', `WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nHello`, 'line 3'],
  ['an end before the beginning', `WEBVTT\n\n1\n00:02.000 --> 00:01.000\nHello`, 'line 4'],
])('refuses %s, and says where', (_, text, where) => {
  expect(() => check(text)).toThrow(
    expect.objectContaining({
      code: 'INVALID_PAYLOAD',
      details: { issues: [{ path: '', message: expect.stringContaining(where) as string }] },
    }),
  );
});

test('refuses what is no text, and what is too much', () => {
  const refused = expect.objectContaining({ code: 'INVALID_PAYLOAD' }) as unknown;
  expect(() => assertWebVtt(Uint8Array.from([0xff, 0xfe, 0x00]))).toThrow(refused);
  const long = `WEBVTT\n\n${CUE}${'.'.repeat(MAX_TRANSCRIPT_BYTES)}`;
  expect(() => check(long)).toThrow(refused);
});
