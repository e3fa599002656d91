import { randomInt } from 'node:crypto';
import { RtpHeader } from 'werift';
import type { RtpParameters } from '../../protocol/rtp.ts';
import type { BotSession } from './BotSession.ts';
import { dtlsParameters, MediaEndpoint } from './MediaEndpoint.ts';

export const PACKETS_PER_SECOND = 100;
export const PACKET_BYTES = 1_100;
const PAYLOAD_TYPE = 96;
const CLOCK_RATE = 90_000;
const RTP_HEADER_BYTES = 12;
const GCM_TAG_BYTES = 16;
/**
 * A payload begins with the VP8 descriptor (RFC 7741 §4.2) and the frame's header. The picture id has
 * 15 bits: the worker makes a shorter one that long, which would move everything behind it.
 */
const DESCRIPTOR_BYTES = 4;
const FRAME_HEADER_BYTES = 10;
/** Where a payload carries the time of its sending, for those who decrypt it. */
export const TIMESTAMP_OFFSET = DESCRIPTOR_BYTES + FRAME_HEADER_BYTES;
const PAYLOAD_SPECIFIC_FEEDBACK = 206;
const PICTURE_LOSS_INDICATION = 1;

/** Sends one synthetic VP8 stream, one packet a frame, with a key frame whenever it is asked for one. */
export class Publisher {
  readonly producerId: string;
  readonly #endpoint: MediaEndpoint;
  readonly #ssrc: number;
  readonly #intervalMs: number;
  readonly #payload = Buffer.alloc(PACKET_BYTES - RTP_HEADER_BYTES - GCM_TAG_BYTES);
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  #keyFrameWanted = true;
  #sent = 0;

  static async create(
    session: BotSession,
    packetsPerSecond = PACKETS_PER_SECOND,
  ): Promise<Publisher> {
    const ssrc = randomInt(1, 2 ** 31);
    const options = await session.createTransport('send');
    const [endpoint, producerId] = await Promise.all([
      session
        .connectTransport(options.id, dtlsParameters)
        .then(() => MediaEndpoint.connect(options)),
      session.produce(options.id, 'camera', videoParameters(ssrc)),
    ]);
    return new Publisher(producerId, endpoint, ssrc, packetsPerSecond);
  }

  private constructor(
    producerId: string,
    endpoint: MediaEndpoint,
    ssrc: number,
    packetsPerSecond: number,
  ) {
    this.#intervalMs = 1_000 / packetsPerSecond;
    this.producerId = producerId;
    this.#endpoint = endpoint;
    this.#ssrc = ssrc;
    endpoint.onRtcp = (packet) => {
      if (asksForKeyFrame(packet)) this.#keyFrameWanted = true;
    };
    this.#timer = setInterval(() => this.#sendDue(), this.#intervalMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#endpoint.close();
  }

  /** Timers drift; what is due by now is sent. */
  #sendDue(): void {
    const due = Math.floor((performance.now() - this.#began) / this.#intervalMs);
    while (this.#sent < due) this.#send();
  }

  #send(): void {
    const key = this.#keyFrameWanted;
    this.#keyFrameWanted = false;
    const sequence = this.#sent++ & 0xffff;
    // X and S bits, I bit, M bit with the picture id.
    const pictureId = sequence & 0x7fff;
    this.#payload.set([0x90, 0x80, 0x80 | (pictureId >> 8), pictureId & 0xff], 0);
    // Frame tag: bit 0 is 0 in key frames; then start code, 640 × 360.
    const frame = key
      ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]
      : [0x11, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0];
    this.#payload.set(frame, DESCRIPTOR_BYTES);
    this.#payload.writeDoubleBE(performance.now(), TIMESTAMP_OFFSET);
    const header = new RtpHeader({
      version: 2,
      marker: true,
      payloadType: PAYLOAD_TYPE,
      sequenceNumber: sequence,
      timestamp: ((this.#sent * CLOCK_RATE * this.#intervalMs) / 1_000) >>> 0,
      ssrc: this.#ssrc,
    });
    this.#endpoint.sendRtp(this.#payload, header);
  }
}

function videoParameters(ssrc: number): RtpParameters {
  return {
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: PAYLOAD_TYPE,
        clockRate: CLOCK_RATE,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
      },
    ],
    encodings: [{ ssrc }],
    rtcp: { cname: `bot${ssrc}` },
  };
}

function asksForKeyFrame(compound: Buffer): boolean {
  for (let at = 0; at + 4 <= compound.length;) {
    const format = (compound[at] ?? 0) & 0x1f;
    const type = compound[at + 1];
    if (type === PAYLOAD_SPECIFIC_FEEDBACK && format === PICTURE_LOSS_INDICATION) return true;
    at += (compound.readUInt16BE(at + 2) + 1) * 4;
  }
  return false;
}
