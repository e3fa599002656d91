import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';

/** The first segment takes a while on a busy machine. */
const ON_AIR_TIMEOUT_MS = 40_000;
const FLOW_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 250;
/** Of a full-scale sine; a room in which nobody speaks has none. */
const AUDIBLE_RMS = 0.002;

/** What a test needs not wait for: one small picture. */
export const SMALL_ROOM = {
  PARLEY_LIVE_MIXERS: '1',
  PARLEY_LIVE_RENDITIONS: '360p,audio',
  PARLEY_LIVE_FRAMES_PER_SECOND: '12',
};

export interface Watched {
  currentTime: number;
  frames: number;
  width: number;
  muted: boolean;
  /** As of the page. */
  state: string;
}

/** What a listener's page plays at this moment. */
export function watched(page: Page): Promise<Watched> {
  return page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-testid="live-video"]');
    if (!video) throw new Error('there is no video');
    const player = document.querySelector<HTMLElement>('[data-testid="live-player"]');
    return {
      currentTime: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
      muted: video.muted,
      state: player?.dataset['state'] ?? '',
    };
  });
}

/** Enters the PIN on a listener's page that asks for it. */
export async function enterPin(page: Page, pin: string): Promise<void> {
  await page.getByTestId('live-pin').fill(pin);
  await page.getByRole('button', { name: 'Enter' }).click();
}

/** Waits until decrypted pictures come, anew from now, and sound that is not silence. */
export async function seesAndHears(page: Page): Promise<void> {
  await page.getByTestId('live-player').waitFor({ timeout: ON_AIR_TIMEOUT_MS });
  const before = await watched(page);
  await eventually(
    async () => {
      const now = await watched(page);
      // Playing may have begun anew meanwhile.
      const isFarther = now.frames > before.frames + 10 || now.currentTime < before.currentTime;
      if (now.width === 0 || now.frames < 10 || !isFarther || now.state !== 'playing') {
        throw new Error(`no pictures: ${JSON.stringify(now)}`);
      }
      if (now.muted) throw new Error('it is muted');
    },
    FLOW_TIMEOUT_MS,
    LOOK_EVERY_MS,
  );
  await eventually(async () => {
    const loudest = await loudness(page);
    if (loudest < AUDIBLE_RMS) throw new Error(`nothing is heard: ${loudest}`);
  }, FLOW_TIMEOUT_MS);
}

/** The loudest of what the video is heard like for a second and a half: fake microphones beep once in a second. */
function loudness(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const video = document.querySelector<HTMLVideoElement & { captureStream(): MediaStream }>(
      '[data-testid="live-video"]',
    );
    const [track] = video?.captureStream().getAudioTracks() ?? [];
    if (!track) return 0;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2_048 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let look = 0; look < 30; look++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
      loudest = Math.max(loudest, Math.sqrt(power));
    }
    track.stop();
    await context.close();
    return loudest;
  });
}

/** Part of the time until `during` was over in which the stream went on. */
export async function shareOfTimePlayed(
  page: Page,
  during: () => Promise<unknown>,
): Promise<number> {
  const [before, began] = [await watched(page), Date.now()];
  await during();
  const [after, ended] = [await watched(page), Date.now()];
  return ((after.currentTime - before.currentTime) * 1_000) / (ended - began);
}
