import { spawn, type ChildProcess } from 'node:child_process';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import type { OpenInput } from '../../../server/live/mixer/Mixer.ts';

export const VIDEO_PAYLOAD = 96;
export const AUDIO_PAYLOAD = 97;
/** FFmpeg answers no request for a key frame, so there are some of themselves. */
const KEY_EVERY_FRAMES = 10;

export interface Sent {
  /** An FFmpeg source for pictures, and where they go. */
  picture?: { source: string; to: OpenInput };
  /** An FFmpeg source for sound, and where it goes. */
  voice?: { source: string; to: OpenInput };
}

/** Whoever is on the stage: real VP8 and Opus in RTP, in real time, from pictures and sounds that are made up. */
export class RtpSender {
  readonly #child: ChildProcess;

  static async start(sent: Sent): Promise<RtpSender> {
    return new RtpSender(await ensureFfmpeg(), sent);
  }

  private constructor(ffmpeg: string, { picture, voice }: Sent) {
    const sources = [picture, voice].filter((one) => one !== undefined);
    const args = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
    for (const { source } of sources) args.push('-re', '-f', 'lavfi', '-i', source);
    if (picture) {
      args.push(
        ...['-map', '0:v', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'],
        ...['-lag-in-frames', '0', '-g', String(KEY_EVERY_FRAMES), '-b:v', '600k'],
        ...['-payload_type', String(VIDEO_PAYLOAD), '-f', 'rtp'],
        `rtp://${picture.to.ip}:${picture.to.port}?pkt_size=1200`,
      );
    }
    if (voice) {
      args.push(
        ...['-map', `${sources.length - 1}:a`, '-c:a', 'libopus', '-b:a', '48k'],
        ...['-payload_type', String(AUDIO_PAYLOAD), '-f', 'rtp'],
        `rtp://${voice.to.ip}:${voice.to.port}`,
      );
    }
    this.#child = spawn(ffmpeg, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** One colour all over, in 640 × 360. @param more filters, each with a comma before it */
export function plain(colour: string, more = ''): string {
  return `color=${colour}:s=640x360:r=25${more}`;
}

/** For 100 ms of every second the picture is white. */
export const FLASHING = plain('red', ",drawbox=color=white:t=fill:enable='lt(mod(t,1),0.1)'");
/** And in the same 100 ms there is a tone. */
export const BEEPING = "aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000";

export function tone(hertz: number): string {
  return `sine=${hertz}:r=48000`;
}
