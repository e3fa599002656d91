import type { Page } from 'playwright-core';
import { STAMP } from './paintedDevices.ts';

declare global {
  interface Window {
    __stage?: LargePicture[];
  }
}

/** What a listener's browser has decoded of what is large on the stage, of one picture. */
export interface LargePicture {
  /** Of the player, in seconds. */
  mediaTime: number;
  colour: 'red' | 'green' | 'blue' | 'other';
  /** When it was painted, in steps of {@link STAMP}; null: it cannot be read. */
  stamp: number | null;
}

/** Where the mixer puts what is large, with somebody beside it. */
const LARGE = { x: 0, y: 0.125, width: 0.75, height: 0.75 };

/** Begins to note every picture that the player of a listener's page presents. */
export async function watchStage(page: Page): Promise<void> {
  await page.evaluate(
    ({ large, bits, from, width, middle }) => {
      const [WIDTH, HEIGHT] = [320, 180];
      const seen: LargePicture[] = [];
      window.__stage = seen;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [WIDTH, HEIGHT];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('nothing can be looked at');
      const look = (video: HTMLVideoElement, mediaTime: number): void => {
        context.drawImage(video, 0, 0, WIDTH, HEIGHT);
        const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
        const at = (x: number, y: number): [number, number, number] => {
          const column = Math.floor((large.x + x * large.width) * WIDTH);
          const index = (Math.floor((large.y + y * large.height) * HEIGHT) * WIDTH + column) * 4;
          return [data[index] ?? 0, data[index + 1] ?? 0, data[index + 2] ?? 0];
        };
        const [red, green, blue] = at(0.5, 0.2);
        const colour =
          red > 130 && green < 100 && blue < 100
            ? 'red'
            : blue > 130 && red < 100 && green < 100
              ? 'blue'
              : green > 90 && red < 70 && blue < 70
                ? 'green'
                : 'other';
        const count = bits + 3;
        const cells = Array.from({ length: count }, (_, cell) => {
          const [r, g, b] = at(from + (width * (cell + 0.5)) / count, middle);
          return r + g + b > 380;
        });
        const value = cells.slice(1, 1 + bits);
        const isSound =
          cells[0] === false &&
          cells[count - 1] === true &&
          cells[count - 2] === (value.filter(Boolean).length % 2 === 1);
        const stamp = isSound ? value.reduce((sum, bit) => sum * 2 + Number(bit), 0) : null;
        seen.push({ mediaTime, colour, stamp });
      };
      const watch = (): void => {
        const video = document.querySelector<HTMLVideoElement>('[data-testid="live-video"]');
        if (!video) throw new Error('there is no video');
        video.requestVideoFrameCallback((_, { mediaTime }) => {
          look(video, mediaTime);
          watch();
        });
      };
      watch();
    },
    { large: LARGE, ...STAMP },
  );
}

/** What it has noted so far. */
export function stageSeen(page: Page): Promise<LargePicture[]> {
  return page.evaluate(() => window.__stage ?? []);
}

/** How much later one was painted than another, in milliseconds. */
export function paintedBetween(from: number, to: number): number {
  const cycle = 2 ** STAMP.bits;
  const steps = (((to - from) % cycle) + cycle) % cycle;
  // What is half a cycle later is rather earlier.
  return (steps > cycle / 2 ? steps - cycle : steps) * STAMP.stepMs;
}

/** What a picture that was painted at that moment says. @param at milliseconds since 1970 */
export const stampAt = (at: number): number => Math.floor(at / STAMP.stepMs) % 2 ** STAMP.bits;

/** The loudest tone that the player of a listener's page is heard with for half a second; null: silence. */
export function toneHeard(page: Page): Promise<number | null> {
  return page.evaluate(async () => {
    const SILENCE_DB = -60;
    const video = document.querySelector<HTMLVideoElement & { captureStream(): MediaStream }>(
      '[data-testid="live-video"]',
    );
    const [track] = video?.captureStream().getAudioTracks() ?? [];
    if (!track) return null;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4_096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce(
      (best, level, bin) => (level > (levels[best] ?? 0) ? bin : best),
      0,
    );
    const hertz = (loudest * context.sampleRate) / analyser.fftSize;
    const isSilent = (levels[loudest] ?? -Infinity) < SILENCE_DB;
    track.stop();
    await context.close();
    return isSilent ? null : hertz;
  });
}
