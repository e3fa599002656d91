import type { Size } from './layout.ts';
import type { Variant } from './playlists.ts';

/** One quality in which listeners can have a room. */
export interface Rendition {
  /** Its folder and how it is called: `720p`, `audio`. */
  name: string;
  /** Null: sound only. */
  size: Size | null;
  /** Of the picture, bits per second. */
  videoBitrate: number;
  audioBitrate: number;
}

export const RENDITIONS = {
  '1080p': {
    name: '1080p',
    size: { width: 1920, height: 1080 },
    videoBitrate: 4_500_000,
    audioBitrate: 128_000,
  },
  '720p': {
    name: '720p',
    size: { width: 1280, height: 720 },
    videoBitrate: 2_400_000,
    audioBitrate: 128_000,
  },
  '360p': {
    name: '360p',
    size: { width: 640, height: 360 },
    videoBitrate: 700_000,
    audioBitrate: 96_000,
  },
  audio: { name: 'audio', size: null, videoBitrate: 0, audioBitrate: 96_000 },
} as const satisfies Record<string, Rendition>;

/** Transport streams are this much larger than what is in them. */
const OVERHEAD = 1.1;
/** What the encoder may take for a moment, of the bitrate; as in `encoderArguments.ts`. */
export const PEAK = 1.2;

/** @param renditions the largest first, at least one with a picture */
export function sizeOf(renditions: readonly Rendition[]): Size {
  const size = renditions.find((rendition) => rendition.size !== null)?.size;
  if (!size) throw new RangeError('There is no rendition with a picture.');
  return size;
}

export function variantOf(
  { name, size, videoBitrate, audioBitrate }: Rendition,
  framesPerSecond: number,
): Variant {
  const aac = 'mp4a.40.2';
  const bandwidth = Math.round((videoBitrate * PEAK + audioBitrate) * OVERHEAD);
  // Main profile; the level is set to the same.
  const codecs = size ? `avc1.4d40${levelOf(size).hex},${aac}` : aac;
  return { name, bandwidth, codecs, size, framesPerSecond };
}

/** The lowest level of H.264 that has room for 30 such pictures a second. */
export function levelOf({ width, height }: Size): { name: string; hex: string } {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  if (blocks <= 1_350) return { name: '3.0', hex: '1e' };
  if (blocks <= 3_600) return { name: '3.1', hex: '1f' };
  return { name: '4.0', hex: '28' };
}
