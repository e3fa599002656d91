import { execFile } from 'node:child_process';

const TIMEOUT_MS = 60_000;
const DURATION = /^\s*Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/m;

/**
 * How long a media file plays, milliseconds, as its container says. FFmpeg tells so of every file that it opens.
 * @throws Error when it is none that can be played
 */
export async function durationOf(ffmpeg: string, path: string): Promise<number> {
  const told = await tellOf(ffmpeg, path);
  const [, hours, minutes, seconds] = DURATION.exec(told) ?? [];
  if (hours === undefined) throw new Error(`The file cannot be played: ${told.slice(-500)}`);
  const total = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return Math.round(total * 1_000);
}

/** What FFmpeg says of a file: on standard error, and with an exit code, since it is to make nothing of it. */
function tellOf(ffmpeg: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['-hide_banner', '-nostdin', '-i', path];
    execFile(ffmpeg, args, { timeout: TIMEOUT_MS }, (error, _, told) => {
      if (!error || typeof error.code === 'number') resolve(told);
      else reject(new Error('FFmpeg could not be asked', { cause: error }));
    });
  });
}
