/** The little of EBML (RFC 8794) that Matroska is written in. */

const PLAIN_BYTES = 8;

/** Of an element that goes on until something of its own level follows. */
export const UNKNOWN_SIZE = Buffer.from('01ffffffffffffff', 'hex');

/** @param id in hexadecimal digits */
export function element(id: string, content: Buffer | readonly Buffer[]): Buffer {
  const body = Buffer.isBuffer(content) ? content : Buffer.concat(content);
  return Buffer.concat([Buffer.from(id, 'hex'), sizeOf(body.length), body]);
}

/** Always in eight bytes: the first says so. */
export function sizeOf(bytes: number): Buffer {
  const size = number(bytes);
  size[0] = 0x01;
  return size;
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(PLAIN_BYTES);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function float(value: number): Buffer {
  const bytes = Buffer.alloc(PLAIN_BYTES);
  bytes.writeDoubleBE(value);
  return bytes;
}

export function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}
