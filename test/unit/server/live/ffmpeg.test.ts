import { expect, it } from 'vitest';
import { Backoff } from '../../../../server/live/mixer/Backoff.ts';
import { encoderArguments } from '../../../../server/live/mixer/encoderArguments.ts';
import { isRecent, namesIn } from '../../../../server/live/mixer/ffmpeg.ts';
import { ivfFrame, ivfHeader } from '../../../../server/live/mixer/ivf.ts';
import { matroskaPicture } from '../../../../server/live/mixer/matroska.ts';
import { RENDITIONS } from '../../../../server/live/mixer/renditions.ts';

it.each([
  ['5.1.9-0+deb12u1', true],
  ['4.4.2-0ubuntu0.22.04.1', false],
  ['7.1', true],
  ['n6.0', true],
  ['5.0.1', false],
  ['N-115000-gabcdef', true],
  ['git-2024-01-01-abcdef', true],
])('knows whether %s is new enough', (version, recent) => {
  expect(isRecent(version)).toBe(recent);
});

it('reads what FFmpeg lists', () => {
  const list = `Encoders:
 V..... = Video
 ------
 V....D libx264              libx264 H.264 / AVC (codec h264)
 A..... aac                  AAC (Advanced Audio Coding)
 D  matroska,webm   Matroska / WebM
 ... split             V->N       Pass on the input to N video outputs.`;

  expect(namesIn(list)).toEqual(new Set(['libx264', 'aac', 'matroska', 'webm', 'split']));
});

it('asks one encoder for all renditions', () => {
  const renditions = [RENDITIONS['720p'], RENDITIONS['360p'], RENDITIONS.audio];
  const args = encoderArguments(
    { renditions, framesPerSecond: 25, segmentSec: 1, number: 1 },
    '/work',
  );

  expect(args.filter((arg) => arg.startsWith('/work/'))).toEqual([
    ...['/work/1-720p-%d.ts', '/work/1-360p-%d.ts', '/work/1-audio-%d.ts'],
  ]);
  expect(args.filter((arg) => arg.startsWith('pipe:'))).toEqual([
    ...['pipe:3', 'pipe:4', 'pipe:5', 'pipe:6', 'pipe:7'],
  ]);
  expect(args.filter((arg) => arg === '[v0]' || arg === '[v1]' || arg === '[v2]')).toEqual([
    ...['[v0]', '[v1]'],
  ]);
});

it('waits longer each time that something ends soon', () => {
  const backoff = new Backoff();

  expect([0, 0, 0, 0, 0, 0].map((ranMs) => backoff.next(ranMs))).toEqual([
    ...[200, 400, 800, 1_600, 3_200, 5_000],
  ]);
  expect(backoff.next(60_000)).toBe(200);
});

it('puts frames into their containers', () => {
  expect(ivfHeader({ width: 640, height: 360 }).subarray(0, 16).toString('hex')).toBe(
    '444b494600002000565038308002' + '6801',
  );
  expect(ivfFrame(Buffer.from([7]), 40).toString('hex')).toBe('01000000280000000000000007');
  expect(matroskaPicture(40, 6).toString('hex')).toBe(
    ['1f43b675', '0100000000000024', 'e7', '0100000000000008', '0000000000000028'].join('') +
      ['a3', '010000000000000a', '81000080'].join(''),
  );
});
