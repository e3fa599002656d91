import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '../../core/AppError.ts';

const TIMEOUT_MS = 10_000;
const MIN_VERSION = [5, 1] as const;
const MAX_OUTPUT_BYTES = 4_000_000;

/** What mixing, recording and pushing take of FFmpeg; what it lists under which option. */
const NEEDED = {
  encoders: ['libx264', 'aac'],
  decoders: ['vp8', 'h264', 'rawvideo', 'pcm_s16le'],
  demuxers: ['ivf', 'h264', 'matroska', 's16le', 'mpegts'],
  muxers: ['segment', 'mpegts', 'rawvideo', 'mp4', 'flv'],
  filters: ['scale', 'pad', 'split', 'setsar'],
} as const;

export interface Ffmpeg {
  path: string;
  version: string;
}

const execute = promisify(execFile);

/**
 * Looks whether a program is an FFmpeg that can mix.
 * @param path of the program, or its name in the PATH
 * @throws AppError UNAVAILABLE: missing, too old, or built without what is needed; the message says which
 */
export async function findFfmpeg(path = 'ffmpeg'): Promise<Ffmpeg> {
  const banner = await ask(path, ['-version']).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw unusable(path, isMissing ? 'there is no such program' : 'it does not start', error);
  });
  const version = /^ffmpeg version (\S+)/.exec(banner)?.[1];
  if (version === undefined) throw unusable(path, 'it is not FFmpeg');
  if (!isRecent(version)) {
    throw unusable(path, `version ${version} is older than ${MIN_VERSION.join('.')}`);
  }
  const missing = await Promise.all(
    Object.entries(NEEDED).map(async ([kind, names]) => {
      const listed = namesIn(await ask(path, ['-hide_banner', `-${kind}`]));
      return names.filter((name) => !listed.has(name)).map((name) => `${name} (${kind})`);
    }),
  ).then((lists) => lists.flat());
  if (missing.length > 0) throw unusable(path, `version ${version} lacks ${missing.join(', ')}`);
  return { path, version };
}

/** Builds from Git have no number; they are newer than anything that has one. */
export function isRecent(version: string): boolean {
  const match = /^n?(?:\d+:)?(\d+)\.(\d+)/.exec(version);
  if (!match) return true;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
}

/** FFmpeg lists flags, then one name or several by comma, then what it is. */
export function namesIn(list: string): Set<string> {
  const names = list.split('\n').flatMap((line) => {
    const [, column = ''] = /^\s+[A-Z.|]+\s+([\w,]+)\s/.exec(line) ?? [];
    return column.split(',');
  });
  return new Set(names.filter((name) => name !== ''));
}

async function ask(path: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(path, args, {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return stdout;
}

function unusable(path: string, why: string, cause?: unknown): AppError {
  return new AppError('UNAVAILABLE', {
    message: `Live rooms need FFmpeg ${MIN_VERSION.join('.')} or newer; ${path} cannot be used: ${why}.`,
    details: { program: path },
    cause,
  });
}
