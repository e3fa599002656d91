import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';

const execute = promisify(execFile);

export interface Probed {
  /** Null where the file does not say. */
  durationSec: number | null;
  streams: { codec: string; width?: number; height?: number }[];
}

/** What FFmpeg's own probe says of a file. @throws when it cannot be read */
export async function probe(path: string): Promise<Probed> {
  const { stdout } = await execute((await ensureFfmpeg()).replace(/ffmpeg$/, 'ffprobe'), [
    ...['-v', 'error', '-show_entries', 'format=duration:stream=codec_name,width,height'],
    ...['-of', 'json', path],
  ]);
  const { format, streams } = JSON.parse(stdout) as {
    format: { duration?: string };
    streams: { codec_name: string; width?: number; height?: number }[];
  };
  return {
    durationSec: format.duration === undefined ? null : Number(format.duration),
    streams: streams.map(({ codec_name: codec, ...size }) => ({ codec, ...size })),
  };
}
