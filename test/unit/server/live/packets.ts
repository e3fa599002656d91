import type { RtpPacket } from '../../../../server/live/mixer/rtp.ts';

/** A packet as it comes from the network. */
export function rtp({ payload = Buffer.alloc(0), ...given }: Partial<RtpPacket>): Buffer {
  const { marker, payloadType, sequence, timestamp, ssrc } = packet(given);
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

export function packet(given: Partial<RtpPacket>): RtpPacket {
  return {
    ...{ payloadType: 96, marker: false, sequence: 0, timestamp: 0, ssrc: 1 },
    payload: new Uint8Array(),
    ...given,
  };
}

/** An Opus packet of 20 ms, told apart by `id`. */
export function opus(id: number): Uint8Array {
  return Uint8Array.of(0x78, id);
}
