import type { Depacketizer, Piece } from './FrameAssembler.ts';

/** The payload descriptor of VP8 in RTP: RFC 7741, section 4.2. */
export const vp8: Depacketizer = {
  read(payload: Uint8Array): Piece | null {
    const [first, extensions = 0] = payload;
    if (first === undefined) return null;
    let start = 1;
    if ((first & 0x80) !== 0) {
      start += 1;
      if ((extensions & 0x80) !== 0) start += ((payload[start] ?? 0) & 0x80) === 0 ? 1 : 2;
      if ((extensions & 0x40) !== 0) start += 1;
      if ((extensions & 0x30) !== 0) start += 1;
    }
    const [head] = payload.subarray(start);
    if (head === undefined) return null;
    const begins = (first & 0x10) !== 0 && (first & 0x0f) === 0;
    return {
      data: [payload.subarray(start)],
      begins,
      // Of the frame's own header: RFC 6386, section 9.1.
      isKey: begins && (head & 0x01) === 0,
    };
  },
};
