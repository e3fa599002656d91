import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * The key of AES-128 with which segments are encrypted: every node that knows the room's secret can answer it,
 * whichever mixer has used it.
 * @param secret 32 bytes in base64 @param number of the key: floor(sequence / segmentsPerKey)
 */
export function segmentKey(secret: string, number: number): Buffer {
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.length !== SECRET_BYTES) throw new RangeError(`A secret has ${SECRET_BYTES} bytes.`);
  return Buffer.from(hkdfSync('sha256', bytes, '', `parley-live-key ${number}`, KEY_BYTES));
}
