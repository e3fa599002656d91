import type { Depacketizer, Piece } from './FrameAssembler.ts';

/** H.264 in RTP (RFC 6184): single units, STAP-A and FU-A, which is all that browsers send. */

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const STAP_A = 24;
const FU_A = 28;
const TYPE = 0x1f;
const IDR = 5;
const PARAMETERS = 7;

export const h264: Depacketizer = {
  read(payload: Uint8Array): Piece | null {
    const [head, fragment] = payload;
    if (head === undefined) return null;
    const type = head & TYPE;
    if (type === STAP_A) return readAggregate(payload);
    if (type !== FU_A) {
      const isKey = type === IDR || type === PARAMETERS;
      return { data: [START_CODE, payload], begins: true, isKey };
    }
    if (fragment === undefined) return null;
    const rest = payload.subarray(2);
    if ((fragment & 0x80) === 0) return { data: [rest], begins: false, isKey: false };
    const unit = Uint8Array.of((head & ~TYPE) | (fragment & TYPE));
    return { data: [START_CODE, unit, rest], begins: true, isKey: (fragment & TYPE) === IDR };
  },
};

function readAggregate(payload: Uint8Array): Piece | null {
  const data: Uint8Array[] = [];
  let isKey = false;
  for (let at = 1; at + 2 < payload.length;) {
    const length = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
    const unit = payload.subarray(at + 2, at + 2 + length);
    const type = (unit[0] ?? 0) & TYPE;
    if (unit.length < length || length === 0) return null;
    isKey ||= type === IDR || type === PARAMETERS;
    data.push(START_CODE, unit);
    at += 2 + length;
  }
  return data.length === 0 ? null : { data, begins: true, isKey };
}
