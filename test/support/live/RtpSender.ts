import { createSocket, type Socket } from 'node:dgram';
import type { MixInput } from '../../../server/live/mixer/feed.ts';
import { FRAMES_PER_SECOND, picturesOf, soundOf, unitsOf } from './material.ts';

export const VIDEO_PAYLOAD = 96;
export const AUDIO_PAYLOAD = 97;
const TICK_MS = 5;
const VIDEO_CLOCK = 90_000;
const MAX_PAYLOAD = 1_150;
/** From a bitmask of 32 bits. */
const WRAP = 2 ** 32;

export interface Address {
  ip: string;
  port: number;
}

export interface Sent {
  to: Address;
  /** Says which inputs are to send key frames. */
  askedBy?: { on: (event: 'key-frame-needed', listener: (input: string) => void) => unknown };
  /** An FFmpeg source for pictures. */
  picture?: { source: string; input: MixInput };
  /** An FFmpeg source for sound. */
  voice?: { source: string; input: MixInput };
}

interface Track {
  ssrc: number;
  payloadType: number;
  /** What goes into packets, of each frame. */
  frames: readonly (readonly Buffer[])[];
  framesPerSecond: number;
  /** Of timestamps, a second. */
  clock: number;
  sent: number;
  /** Frames that were sent before its material began anew. */
  begunAt: number;
  isKeyAsked: boolean;
  sequence: number;
}

/**
 * Whoever is on the stage: real VP8 or H.264 and Opus in RTP, by the clock, from pictures and sounds that are made
 * up. They are encoded before: on a busy machine encoders send late, and what is tried here is who receives.
 */
export class RtpSender {
  readonly #socket: Socket = createSocket('udp4');
  readonly #to: Address;
  readonly #tracks: Track[];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** When its material began, milliseconds since 1970. */
  readonly beganAt = Date.now();
  #muted = new Set<number>();

  static async start({ to, askedBy, picture, voice }: Sent): Promise<RtpSender> {
    const tracks: Track[] = [];
    const begin = { sent: 0, begunAt: 0, isKeyAsked: false };
    if (picture) {
      const { ssrc, payloadType, kind } = picture.input;
      const codec = kind === 'H264' ? 'H264' : 'VP8';
      const encoded = await picturesOf(picture.source, codec);
      const frames = encoded.map(codec === 'VP8' ? vp8Payloads : h264Payloads);
      const numbers = { clock: VIDEO_CLOCK, framesPerSecond: FRAMES_PER_SECOND, sequence: 0 };
      tracks.push({ ssrc, payloadType, frames, ...numbers, ...begin });
    }
    if (voice) {
      const { ssrc, payloadType } = voice.input;
      const frames = (await soundOf(voice.source)).map((packet) => [packet]);
      const numbers = { clock: 48_000, framesPerSecond: 50, sequence: 65_000 };
      tracks.push({ ssrc, payloadType, frames, ...numbers, ...begin });
    }
    const sender = new RtpSender(to, tracks);
    askedBy?.on('key-frame-needed', (input) => {
      if (input === picture?.input.id) sender.sendKeyFrame(picture.input.ssrc);
    });
    return sender;
  }

  private constructor(to: Address, tracks: Track[]) {
    this.#to = to;
    this.#tracks = tracks;
    this.#socket.on('error', () => undefined);
    this.#timer = setInterval(() => this.#send(), TICK_MS);
  }

  /** Nothing is sent of it for a while; what is sent then is of then. */
  mute(ssrc: number, isMuted: boolean): void {
    if (isMuted) this.#muted.add(ssrc);
    else this.#muted.delete(ssrc);
  }

  /** Where it goes from now on. */
  redirect(to: Address): void {
    Object.assign(this.#to, to);
  }

  /** As an encoder answers a request, in its own time: on the second, so that flashes stay in step with beeps. */
  sendKeyFrame(ssrc: number): void {
    for (const track of this.#tracks) track.isKeyAsked ||= track.ssrc === ssrc;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #send(): void {
    const elapsedSec = (performance.now() - this.#startedAt) / 1_000;
    for (const track of this.#tracks) {
      // A picture is there at once, and sound when it is over.
      const due =
        Math.floor(elapsedSec * track.framesPerSecond) + Number(track.clock === VIDEO_CLOCK);
      for (; track.sent < due; track.sent++) this.#sendFrame(track);
    }
  }

  #sendFrame(track: Track): void {
    if (track.isKeyAsked && track.sent % track.framesPerSecond === 0) {
      track.isKeyAsked = false;
      track.begunAt = track.sent;
    }
    const payloads = track.frames[(track.sent - track.begunAt) % track.frames.length] ?? [];
    const timestamp = (1_000_000 + (track.sent * track.clock) / track.framesPerSecond) % WRAP;
    if (this.#muted.has(track.ssrc)) return;
    for (const [index, payload] of payloads.entries()) {
      const header = Buffer.alloc(12);
      header[0] = 0x80;
      header[1] = (index === payloads.length - 1 ? 0x80 : 0) | track.payloadType;
      header.writeUInt16BE(track.sequence % 65_536, 2);
      header.writeUInt32BE(timestamp, 4);
      header.writeUInt32BE(track.ssrc, 8);
      track.sequence += 1;
      this.#socket.send([header, payload], this.#to.port, this.#to.ip);
    }
  }
}

/** A byte before each part, which says whether the frame begins with it: RFC 7741. */
function vp8Payloads(frame: Buffer): Buffer[] {
  return parts(frame).map((part, index) =>
    Buffer.concat([Buffer.from([index === 0 ? 0x10 : 0]), part]),
  );
}

/** Units as they are, or in fragments (FU-A): RFC 6184. */
function h264Payloads(accessUnit: Buffer): Buffer[] {
  return unitsOf(accessUnit).flatMap((unit) => {
    if (unit.length <= MAX_PAYLOAD) return [unit];
    const head = unit[0] ?? 0;
    const pieces = parts(unit.subarray(1));
    return pieces.map((piece, index) => {
      const edge = index === 0 ? 0x80 : index === pieces.length - 1 ? 0x40 : 0;
      return Buffer.concat([Buffer.from([(head & 0xe0) | 28, edge | (head & 0x1f)]), piece]);
    });
  });
}

function parts(data: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(data.length / MAX_PAYLOAD));
  return Array.from({ length: count }, (_, index) =>
    data.subarray(index * MAX_PAYLOAD, (index + 1) * MAX_PAYLOAD),
  );
}

/** One colour all over, in 640 × 360. @param more filters, each with a comma before it */
export function plain(colour: string, more = ''): string {
  return `color=${colour}:s=640x360:r=${FRAMES_PER_SECOND}${more}`;
}

/** For 120 ms of every second the picture is white: whole pictures. */
export const FLASHING = plain('red', ",drawbox=color=white:t=fill:enable='lt(mod(t,1),0.1)'");
/** And as long there is a tone. */
export const BEEPING = "aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000";

export function tone(hertz: number): string {
  return `sine=${hertz}:r=48000`;
}
