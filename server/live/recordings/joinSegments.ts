import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 1_048_576;

/**
 * Makes one MP4 of a folder of segments, in the order of their numbers and without encoding anything again. Gaps
 * between them are left out: it plays for as long as there is something to see.
 * @throws Error with what FFmpeg says
 */
export async function joinSegments(ffmpeg: string, folder: string, target: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\d+\.ts$/.test(name));
  const numbers = names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  if (numbers.length === 0) throw new Error('There is no segment.');
  const list = `${target}.txt`;
  const lines = numbers.map((number) => `file '${quoted(join(folder, `${number}.ts`))}'`);
  await writeFile(list, `${lines.join('\n')}\n`);
  await run(
    ffmpeg,
    [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'],
      ...['-f', 'concat', '-safe', '0', '-i', list],
      // Players begin before they have all of it.
      ...['-c', 'copy', '-movflags', '+faststart', target],
    ],
    { maxBuffer: MAX_OUTPUT_BYTES },
  );
}

/** As FFmpeg's lists have a quote within quotes. */
function quoted(path: string): string {
  return path.replaceAll("'", String.raw`'\''`);
}
