import type { Page } from 'playwright-core';

/** What a page has done to be noticed since it was watched. */
export interface Ringing {
  /** Tones that were begun. */
  tones: number;
  /** Titles of what was shown on the desktop. */
  notices: string[];
  /** Whether it has ended what it rang with. */
  isOver: boolean;
}

declare global {
  interface Window {
    __ringing?: Ringing;
  }
}

/** Has the page be one that nobody looks at, which headless browsers know nothing of, and notes how it rings. */
export async function watchRinging(page: Page): Promise<void> {
  await page.context().grantPermissions(['notifications']);
  await page.evaluate(() => {
    const ringing: Ringing = { tones: 0, notices: [], isOver: true };
    window.__ringing = ringing;
    document.hasFocus = () => false;
    window.OscillatorNode = class extends OscillatorNode {
      override start(when?: number): void {
        ringing.tones += 1;
        ringing.isOver = false;
        super.start(when);
      }
    };
    window.AudioContext = class extends AudioContext {
      override close(): Promise<void> {
        ringing.isOver = true;
        return super.close();
      }
    };
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        ringing.notices.push(title);
      }
    };
  });
}

export async function ringingOf(page: Page): Promise<Ringing> {
  const ringing = await page.evaluate(() => window.__ringing);
  if (!ringing) throw new Error('the page is not watched');
  return ringing;
}
