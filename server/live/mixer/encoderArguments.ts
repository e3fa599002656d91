import { join } from 'node:path';
import { SAMPLE_RATE } from './opusPackets.ts';
import { levelOf, PEAK, type Rendition } from './renditions.ts';

/** What the encoder's process finds at which of its file descriptors. */
export const PICTURES_FD = 3;
export const SOUND_FD = 4;
/** The list of segments of each rendition, in their order. */
export const FIRST_LIST_FD = 5;

export interface EncoderSettings {
  renditions: readonly Rendition[];
  framesPerSecond: number;
  /** Whole seconds. */
  segmentSec: number;
  /** Of the encoder among those that write to its folder at a time. */
  number: number;
}

/** Name of a file in the encoder's folder: its own number, rendition and number of the segment. */
export function segmentFile(encoder: number, rendition: string, pattern: string): string {
  return `${encoder}-${rendition}-${pattern}.ts`;
}

/** FFmpeg's arguments for one encoder of all renditions. @param folder for its segments */
export function encoderArguments(
  { renditions, framesPerSecond, segmentSec, number }: EncoderSettings,
  folder: string,
): string[] {
  const pictured = renditions.filter(({ size }) => size !== null);
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostdin', '-nostats'],
    // It need not guess what comes: the header says it.
    ...['-probesize', '32', '-analyzeduration', '0'],
    ...['-thread_queue_size', '16', '-f', 'matroska', '-i', `pipe:${PICTURES_FD}`],
    ...['-probesize', '32', '-analyzeduration', '0', '-thread_queue_size', '256'],
    ...['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '2', '-i', `pipe:${SOUND_FD}`],
    ...['-filter_complex', filters(pictured)],
    ...renditions.flatMap((rendition, index) => [
      ...(rendition.size === null
        ? []
        : pictureArguments(rendition, framesPerSecond, segmentSec, pictured.indexOf(rendition))),
      ...['-map', '1:a', '-c:a', 'aac', '-b:a', String(rendition.audioBitrate)],
      ...['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', String(segmentSec)],
      // A key frame may come a rounded millisecond early.
      ...['-segment_time_delta', '0.01'],
      ...['-segment_list', `pipe:${FIRST_LIST_FD + index}`],
      ...['-segment_list_type', 'csv', '-segment_list_size', '0'],
      join(folder, segmentFile(number, rendition.name, '%d')),
    ]),
  ];
}

function filters(pictured: readonly Rendition[]): string {
  const copies = pictured.map((_, index) => `[c${index}]`).join('');
  const scales = pictured.map(({ size }, index) => {
    const { width, height } = size ?? { width: 0, height: 0 };
    return `[c${index}]scale=${width}:${height}:flags=bilinear,setsar=1[v${index}]`;
  });
  return [`[0:v]split=${pictured.length}${copies}`, ...scales].join(';');
}

function pictureArguments(
  { size, videoBitrate }: Rendition,
  framesPerSecond: number,
  segmentSec: number,
  index: number,
): string[] {
  return [
    ...['-map', `[v${index}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
    ...['-profile:v', 'main', '-level:v', levelOf(size ?? { width: 0, height: 0 }).name],
    ...['-pix_fmt', 'yuv420p', '-colorspace', 'bt709', '-color_primaries', 'bt709'],
    ...['-color_trc', 'bt709', '-color_range', 'tv'],
    ...['-b:v', String(videoBitrate), '-maxrate', String(Math.round(videoBitrate * PEAK))],
    ...['-bufsize', String(videoBitrate)],
    // Segments begin at key frames, and nothing else needs one.
    ...['-force_key_frames', `expr:gte(t,n_forced*${segmentSec})`],
    ...['-g', String(framesPerSecond * 600), '-sc_threshold', '0'],
    // A picture that was left out is left out, and the others keep their time.
    ...['-fps_mode', 'vfr'],
  ];
}
