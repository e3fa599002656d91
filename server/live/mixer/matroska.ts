import { element, number, sizeOf, text, UNKNOWN_SIZE } from './ebml.ts';
import type { Size } from './layout.ts';

/**
 * Raw pictures with their times, in the little of Matroska (RFC 9559) that FFmpeg needs to read them.
 * Raw video alone has no times: a picture that is left out would move all that follow it against the sound.
 */

const EBML = '1a45dfa3';
const SEGMENT = '18538067';
const CLUSTER = '1f43b675';
const VIDEO_TRACK = 1;

/**
 * The beginning of a stream of pictures of that size.
 * @param framesPerSecond that are to come: an encoder that is told none takes it for a thousand, and saves bits
 */
export function matroskaHeader({ width, height }: Size, framesPerSecond: number): Buffer {
  const video = element('e0', [
    element('b0', number(width)),
    element('ba', number(height)),
    element('2eb524', text('I420')),
  ]);
  const track = element('ae', [
    element('d7', number(VIDEO_TRACK)),
    element('73c5', number(VIDEO_TRACK)),
    element('83', number(1)),
    element('23e383', number(Math.round(1e9 / framesPerSecond))),
    element('86', text('V_UNCOMPRESSED')),
    video,
  ]);
  return Buffer.concat([
    element(EBML, [element('4282', text('matroska')), element('4287', number(4))]),
    Buffer.from(SEGMENT, 'hex'),
    UNKNOWN_SIZE,
    // Times in milliseconds.
    element('1549a966', [element('2ad7b1', number(1_000_000))]),
    element('1654ae6b', [track]),
  ]);
}

/** What goes before one picture of `bytes`. @param timeMs since the beginning */
export function matroskaPicture(timeMs: number, bytes: number): Buffer {
  const time = element('e7', number(Math.round(timeMs)));
  // Track, time within the cluster, and flags: a key frame.
  const block = Buffer.from([0x80 | VIDEO_TRACK, 0, 0, 0x80]);
  const blockHead = Buffer.concat([Buffer.from('a3', 'hex'), sizeOf(block.length + bytes), block]);
  const size = time.length + blockHead.length + bytes;
  return Buffer.concat([Buffer.from(CLUSTER, 'hex'), sizeOf(size), time, blockHead]);
}
