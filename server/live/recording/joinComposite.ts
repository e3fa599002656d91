import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { AppError } from '../../core/AppError.ts';
import { keepEnd, whenClosed } from '../mixer/children.ts';
import { readIndex, segmentName, type RecordedSegment } from './compositeIndex.ts';
import { SegmentJoiner } from './SegmentJoiner.ts';

export interface JoinOptions {
  ffmpeg: string;
  /** Where a recording's segments are. */
  folder: string;
  /** The file to be made. One that is there is taken for the whole: it never is before it is. */
  target: string;
  /** @param share of the segments that are done, 0 to 1 */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

export interface JoinedComposite {
  bytes: number;
  /** The sum of what was recorded: gaps are left out. */
  durationSec: number;
  /** When it begins, milliseconds since 1970. */
  startsAt: number;
}

/**
 * Makes one MP4 of a recording, without encoding anything anew. Its segments become one stream in which each part
 * follows the one before, whatever time went by between them.
 * @throws AppError NOT_FOUND: nothing was recorded; UNAVAILABLE: FFmpeg could not do it
 */
export async function joinComposite(options: JoinOptions): Promise<JoinedComposite> {
  const { folder, target } = options;
  const { segments, until } = await readIndex(folder);
  const startsAt = segments[0]?.startsAt ?? 0;
  const durationSec = durationOf(segments, until);
  const done = await stat(target).catch(() => null);
  if (done) return { bytes: done.size, durationSec, startsAt };
  if (segments.length === 0) {
    throw new AppError('NOT_FOUND', { message: 'Nothing was recorded.', details: { folder } });
  }
  const temporary = `${target}.tmp`;
  try {
    await write(options, segments, durationSec, temporary);
    const { size } = await stat(temporary);
    await rename(temporary, target);
    return { bytes: size, durationSec, startsAt };
  } finally {
    await rm(temporary, { force: true });
  }
}

function durationOf(segments: readonly RecordedSegment[], until: number | null): number {
  const all = segments.reduce((sum, { durationSec }) => sum + durationSec, 0);
  const last = segments.at(-1);
  if (!last || until === null) return all;
  const after = (last.startsAt + last.durationSec * 1_000 - until) / 1_000;
  return all - Math.min(Math.max(after, 0), last.durationSec);
}

async function write(
  { ffmpeg, folder, onProgress, signal }: JoinOptions,
  segments: readonly RecordedSegment[],
  durationSec: number,
  temporary: string,
): Promise<void> {
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-f', 'mpegts', '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-map', '0:a:0', '-c', 'copy', '-t', durationSec.toFixed(3)],
    ...['-movflags', '+faststart', '-f', 'mp4', temporary],
  ];
  const child = spawn(ffmpeg, args, { stdio: ['pipe', 'ignore', 'pipe'], signal });
  const said = keepEnd(child.stderr);
  // Its end says more than the pipe that breaks with it.
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  const closed = whenClosed(child);
  const joiner = new SegmentJoiner();
  for (const [index, { sequence, durationSec: seconds, discontinuous }] of segments.entries()) {
    const data = await readFile(join(folder, segmentName(sequence))).catch(() => Buffer.alloc(0));
    joiner.place(data, seconds, discontinuous);
    await feed(child.stdin, data, closed);
    onProgress?.((index + 1) / segments.length);
  }
  child.stdin.end();
  await closed;
  signal?.throwIfAborted();
  if (child.exitCode !== 0) {
    throw new AppError('UNAVAILABLE', { message: `FFmpeg could not join a recording: ${said()}` });
  }
}

async function feed(stdin: Writable, data: Buffer, closed: Promise<void>): Promise<void> {
  if (stdin.destroyed || stdin.write(data)) return;
  await Promise.race([once(stdin, 'drain').catch(() => undefined), closed]);
}
