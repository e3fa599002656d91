import type { Visitor } from './Visitor.ts';

declare global {
  interface Window {
    __painted?: {
      /** @param volume of the tone, 0 to 1 */
      speak(volume: number): Promise<void>;
      /** When a screen was chosen last, milliseconds since 1970. */
      sharedAt: number;
    };
  }
}

/** What somebody's devices give: pictures of one colour with the time in them, and one tone. */
export interface Painted {
  camera: string;
  screen: string;
  /** Of the voice; it is silent until it speaks. */
  hertz: number;
}

/** Colours that stay apart from each other, whatever codecs do to them. */
export const RED = 'rgb(220, 20, 20)';
export const BLUE = 'rgb(20, 20, 220)';
export const GREEN = 'rgb(0, 150, 0)';

/**
 * The time is in black and white cells: black, bits with the highest first, their parity, white. It counts in steps of
 * a tenth of a second, and begins anew after some minutes.
 */
export const STAMP = { bits: 12, stepMs: 100, from: 0.1, width: 0.8, middle: 0.5 };

/** From its next page on, somebody's browser has painted devices in place of its own. */
export async function paintDevices({ context }: Visitor, painted: Painted): Promise<void> {
  await context.addInitScript(
    ({ painted, stamp }) => {
      const [WIDTH, HEIGHT, RATE] = [640, 360, 12];
      const cellsOf = (now: number): boolean[] => {
        const value = Math.floor(now / stamp.stepMs) % 2 ** stamp.bits;
        const bits = Array.from({ length: stamp.bits }, (_, index) =>
          Boolean((value >> (stamp.bits - 1 - index)) & 1),
        );
        return [false, ...bits, bits.filter(Boolean).length % 2 === 1, true];
      };
      const paint = (colour: string): MediaStreamTrack => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [WIDTH, HEIGHT];
        const context = canvas.getContext('2d');
        const [track] = canvas.captureStream(RATE).getVideoTracks();
        if (!context || !track) throw new Error('nothing can be painted');
        const draw = (): void => {
          if (track.readyState === 'ended') clearInterval(timer);
          context.fillStyle = colour;
          context.fillRect(0, 0, WIDTH, HEIGHT);
          const cells = cellsOf(Date.now());
          const width = (stamp.width * WIDTH) / cells.length;
          for (const [index, isWhite] of cells.entries()) {
            context.fillStyle = isWhite ? 'white' : 'black';
            const left = stamp.from * WIDTH + index * width;
            context.fillRect(left, (stamp.middle - 0.1) * HEIGHT, width, 0.2 * HEIGHT);
          }
        };
        const timer = setInterval(draw, 1_000 / RATE);
        draw();
        return track;
      };

      let sound: { context: AudioContext; gain: GainNode; out: MediaStream } | undefined;
      const voice = (): NonNullable<typeof sound> => {
        if (sound) return sound;
        const context = new AudioContext();
        const gain = new GainNode(context, { gain: 0 });
        const tone = new OscillatorNode(context, { frequency: painted.hertz });
        // In syllables: what goes on and on is taken for noise, and for nobody who speaks.
        const beat = new OscillatorNode(context, { type: 'square', frequency: 2 });
        const syllables = new GainNode(context, { gain: 0.5 });
        beat.connect(new GainNode(context, { gain: 0.5 })).connect(syllables.gain);
        const out = context.createMediaStreamDestination();
        tone.connect(syllables).connect(gain).connect(out);
        tone.start();
        beat.start();
        return (sound = { context, gain, out: out.stream });
      };
      const state = {
        sharedAt: 0,
        async speak(volume: number) {
          const { context, gain } = voice();
          await context.resume();
          gain.gain.value = volume;
        },
      };
      window.__painted = state;
      // Whoever chooses a device is told that it is that one.
      const named = async (
        kind: MediaDeviceKind,
        track: MediaStreamTrack | undefined,
        asked: MediaTrackConstraints | boolean | undefined,
      ): Promise<MediaStreamTrack[]> => {
        if (asked === undefined || asked === false || !track) return [];
        const wanted =
          asked === true ? undefined : (asked.deviceId as { exact?: string } | undefined);
        const devices = await navigator.mediaDevices.enumerateDevices();
        const first = devices.find((device) => device.kind === kind)?.deviceId ?? '';
        const own = track.getSettings();
        track.getSettings = () => ({ ...own, deviceId: wanted?.exact ?? first });
        return [track];
      };
      navigator.mediaDevices.getUserMedia = async ({ audio, video } = {}) => {
        const pictures = video ? paint(painted.camera) : undefined;
        // Each is stopped by itself.
        const [sound] = audio ? voice().out.clone().getAudioTracks() : [];
        return new MediaStream([
          ...(await named('videoinput', pictures, video)),
          ...(await named('audioinput', sound, audio)),
        ]);
      };
      navigator.mediaDevices.getDisplayMedia = () => {
        state.sharedAt = Date.now();
        return Promise.resolve(new MediaStream([paint(painted.screen)]));
      };
    },
    { painted, stamp: STAMP },
  );
}

/** Has somebody whose devices are painted begin to speak, or fall silent. */
export function speak({ page }: Visitor, isSpeaking: boolean): Promise<void> {
  return page.evaluate((volume) => window.__painted?.speak(volume), isSpeaking ? 0.5 : 0);
}

/** When somebody whose devices are painted chose a screen, milliseconds since 1970. */
export function sharedAt({ page }: Visitor): Promise<number> {
  return page.evaluate(() => window.__painted?.sharedAt ?? NaN);
}
