/** Times in MPEG transport streams (ISO/IEC 13818-1), of which several are to be played as one. */

const PACKET_BYTES = 188;
const SYNC = 0x47;
/** Times count 90 000 a second, in 33 bits. */
export const TICKS_PER_SECOND = 90_000;
const WRAP = 2 ** 33;
const HAS_PTS = 0x80;
const HAS_DTS = 0x40;
const HAS_PCR = 0x10;

/** Moves all times of whole packets by so many ticks, in place. */
export function shiftTimes(data: Buffer, ticks: number): void {
  eachPacket(data, (packet) => {
    const pcr = pcrOf(packet);
    if (pcr !== null) writePcr(packet, moved(pcr, ticks));
    const header = pesHeader(packet);
    if (!header) return;
    if (header.pts !== null) writeTime(packet, header.ptsAt, moved(header.pts, ticks));
    if (header.dts !== null) writeTime(packet, header.dtsAt, moved(header.dts, ticks));
  });
}

/** When its first picture is shown, in ticks; null where there is none. */
export function firstPictureTime(data: Buffer): number | null {
  let first: number | null = null;
  eachPacket(data, (packet) => {
    const header = first === null ? pesHeader(packet) : null;
    if (header?.isPicture) first = header.pts;
  });
  return first;
}

function eachPacket(data: Buffer, visit: (packet: Buffer) => void): void {
  for (let at = 0; at + PACKET_BYTES <= data.length; at += PACKET_BYTES) {
    if (data[at] === SYNC) visit(data.subarray(at, at + PACKET_BYTES));
  }
}

/** Where the payload begins; null where there is none. */
function payloadOf(packet: Buffer): number | null {
  const control = packet[3] ?? 0;
  if ((control & 0x10) === 0) return null;
  return (control & 0x20) === 0 ? 4 : 5 + (packet[4] ?? 0);
}

interface PesHeader {
  isPicture: boolean;
  pts: number | null;
  ptsAt: number;
  dts: number | null;
  dtsAt: number;
}

function pesHeader(packet: Buffer): PesHeader | null {
  const start = payloadOf(packet);
  const isBeginning = ((packet[1] ?? 0) & 0x40) !== 0;
  if (!isBeginning || start === null || start + 19 > packet.length) return null;
  if (packet.readUIntBE(start, 3) !== 1) return null;
  const stream = packet[start + 3] ?? 0;
  const isPicture = stream >= 0xe0 && stream <= 0xef;
  const isSound = stream >= 0xc0 && stream <= 0xdf;
  if (!isPicture && !isSound) return null;
  const flags = packet[start + 7] ?? 0;
  const [ptsAt, dtsAt] = [start + 9, start + 14];
  const hasDts = (flags & HAS_PTS) !== 0 && (flags & HAS_DTS) !== 0;
  return {
    ...{ isPicture, ptsAt, dtsAt },
    pts: (flags & HAS_PTS) === 0 ? null : readTime(packet, ptsAt),
    dts: hasDts ? readTime(packet, dtsAt) : null,
  };
}

function readTime(packet: Buffer, at: number): number {
  const high = ((packet[at] ?? 0) >> 1) & 0x07;
  const middle = packet.readUInt16BE(at + 1) >> 1;
  const low = packet.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** The bits between its parts stay as they are. */
function writeTime(packet: Buffer, at: number, time: number): void {
  const high = Math.floor(time / 2 ** 30) & 0x07;
  packet[at] = ((packet[at] ?? 0) & 0xf1) | (high << 1);
  packet.writeUInt16BE(((Math.floor(time / 2 ** 15) & 0x7fff) << 1) | 1, at + 1);
  packet.writeUInt16BE(((time & 0x7fff) << 1) | 1, at + 3);
}

function pcrOf(packet: Buffer): number | null {
  const hasField = ((packet[3] ?? 0) & 0x20) !== 0 && (packet[4] ?? 0) >= 7;
  if (!hasField || ((packet[5] ?? 0) & HAS_PCR) === 0) return null;
  return packet.readUInt32BE(6) * 2 + ((packet[10] ?? 0) >> 7);
}

function writePcr(packet: Buffer, time: number): void {
  packet.writeUInt32BE(Math.floor(time / 2), 6);
  packet[10] = ((packet[10] ?? 0) & 0x7f) | ((time & 1) << 7);
}

function moved(time: number, ticks: number): number {
  return (((time + ticks) % WRAP) + WRAP) % WRAP;
}
