import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * Number of the segment that begins at this moment: counted by the clock, so that whichever mixer goes on with a
 * room begins behind all those before.
 * @param at milliseconds since the Unix epoch
 */
export function sequenceAt(at: number, segmentSec: number): number {
  return Math.floor(at / (segmentSec * 1_000));
}

/**
 * Number of the first segment of a mixer that begins now: the next, since a segment of the mixer before may have this
 * one. Whoever goes on, on any machine, need not know whose it was: no mixer makes segments faster than time goes.
 * @param now milliseconds since the Unix epoch
 */
export function nextSequence(now: number, segmentSec: number): number {
  return sequenceAt(now, segmentSec) + 1;
}

/** Number of the key that a segment is encrypted with. */
export function keyNumberOf(sequence: number, segmentsPerKey: number): number {
  return Math.floor(sequence / segmentsPerKey);
}

/**
 * One of the AES-128 keys of a room's start: whoever knows the secret of the start knows them all, so that every
 * node can answer for them and none has to be kept.
 * @param secret 32 bytes in base64
 */
export function segmentKey(secret: string, number: number): Buffer {
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.length !== SECRET_BYTES) throw new RangeError('A secret of keys has 32 bytes.');
  return Buffer.from(hkdfSync('sha256', bytes, '', `parley-live-key ${number}`, KEY_BYTES));
}
