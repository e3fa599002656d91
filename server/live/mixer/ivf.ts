import type { Size } from './layout.ts';

/** The container in which VP8 goes to a decoder: a header, then each frame with its length and time. */

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;
/** Timestamps count milliseconds. */
const TICKS_PER_SECOND = 1_000;

/** @param size only announced: frames say their own */
export function ivfHeader({ width, height }: Size): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(HEADER_BYTES, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(TICKS_PER_SECOND, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

export function ivfFrame(data: Buffer, timeMs: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(data.length, 0);
  header.writeBigUInt64LE(BigInt(Math.round(timeMs)), 4);
  return Buffer.concat([header, data]);
}
