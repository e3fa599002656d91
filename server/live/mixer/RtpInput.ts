import type { RemoteInfo } from 'node:dgram';
import { parseRtp, type RtpPacket } from './rtp.ts';
import type { RtpPort } from './RtpPorts.ts';

/** Where an input's packets are to be sent. */
export interface InputAddress {
  ip: string;
  port: number;
}

export interface InputCodec {
  payloadType: number;
  /** Only packets from there are taken; without, from anywhere. */
  from?: InputAddress;
}

/** Takes the RTP of one stream from its port and hands on what belongs to it. */
export class RtpInput {
  readonly #port: RtpPort;
  readonly #codec: InputCodec;
  readonly #onPacket: (packet: RtpPacket, isAnother: boolean) => void;
  #ssrc: number | null = null;
  #packets = 0;

  /** @param onPacket `isAnother`: another stream than the packet before, with numbers of its own */
  constructor(
    port: RtpPort,
    codec: InputCodec,
    onPacket: (packet: RtpPacket, isAnother: boolean) => void,
  ) {
    this.#port = port;
    this.#codec = codec;
    this.#onPacket = onPacket;
    port.socket.on('message', (data, sender) => this.#receive(data, sender));
  }

  get packets(): number {
    return this.#packets;
  }

  close(): Promise<void> {
    return this.#port.release();
  }

  #receive(data: Buffer, sender: RemoteInfo): void {
    const { from, payloadType } = this.#codec;
    if (from && (sender.address !== from.ip || sender.port !== from.port)) return;
    const packet = parseRtp(data);
    if (packet?.payloadType !== payloadType) return;
    this.#packets += 1;
    const isAnother = packet.ssrc !== this.#ssrc;
    this.#ssrc = packet.ssrc;
    this.#onPacket(packet, isAnother);
  }
}
