/** The little of RTP (RFC 3550) and of its sharing a port with RTCP (RFC 5761) that the mixer needs. */

const HEADER_BYTES = 12;
const VERSION = 2;

export interface RtpPacket {
  payloadType: number;
  /** Of pictures: the last packet of one. */
  marker: boolean;
  /** 16 bits. */
  sequence: number;
  /** 32 bits, in the codec's clock. */
  timestamp: number;
  ssrc: number;
  payload: Uint8Array;
}

/** Null for what is not RTP, or says that it is longer than it is. */
export function parseRtp(data: Buffer): RtpPacket | null {
  if (data.length < HEADER_BYTES || isRtcp(data)) return null;
  const first = data.readUInt8(0);
  if (first >> 6 !== VERSION) return null;
  let start = HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (data.length < start + 4) return null;
    start += 4 + data.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : data.readUInt8(data.length - 1);
  const end = data.length - padding;
  if (start > end) return null;
  const second = data.readUInt8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: data.readUInt16BE(2),
    timestamp: data.readUInt32BE(4),
    ssrc: data.readUInt32BE(8),
    payload: data.subarray(start, end),
  };
}

/** RFC 5761, section 4: what tells the two apart on one port. */
export function isRtcp(data: Buffer): boolean {
  const type = data.length < 2 ? 0 : data.readUInt8(1);
  return type >= 192 && type <= 223;
}

/** Makes a counter that wraps into one that does not; the first value stays what it is. */
export class Unwrapper {
  readonly #range: number;
  #last: number | null = null;

  /** @param bits of the counter: 16 for sequence numbers, 32 for timestamps */
  constructor(bits: 16 | 32) {
    this.#range = 2 ** bits;
  }

  unwrap(value: number): number {
    if (this.#last === null) return (this.#last = value);
    const range = this.#range;
    let step = (value - (this.#last % range) + range) % range;
    // More than half of the range ahead is behind.
    if (step >= range / 2) step -= range;
    const unwrapped = this.#last + step;
    // Late ones must not move what the next is compared with below zero.
    if (unwrapped < 0) return unwrapped;
    this.#last = unwrapped;
    return unwrapped;
  }
}
