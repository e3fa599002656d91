import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** When pictures of those who are watched were presented, by participant: Unix time in milliseconds. */
    __frames?: Record<string, number[]>;
  }
}

/** Begins to note when pictures of a participant's tile are presented. */
export async function watchFrames(page: Page, participantId: string): Promise<void> {
  await page.evaluate((id) => {
    const frames: number[] = [];
    window.__frames = { ...window.__frames, [id]: frames };
    const watched = new WeakSet<HTMLVideoElement>();
    const watch = (video: HTMLVideoElement): void => {
      const note = (now: number): void => {
        frames.push(performance.timeOrigin + now);
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    };
    // The element may be another one after media was rebuilt.
    const look = (): void => {
      for (const video of document.querySelectorAll<HTMLVideoElement>(
        `[data-testid="tile-${id}"] video`,
      )) {
        if (!watched.has(video)) watch(video);
        watched.add(video);
      }
      requestAnimationFrame(look);
    };
    look();
  }, participantId);
}

export function framesOf(page: Page, participantId: string): Promise<number[]> {
  return page.evaluate((id) => window.__frames?.[id] ?? [], participantId);
}

/** Milliseconds between the two pictures that were furthest apart. */
export function largestGap(frames: readonly number[]): number {
  return Math.max(...frames.slice(1).map((at, index) => at - (frames[index] ?? at)));
}
