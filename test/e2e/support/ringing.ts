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
    // What this page has told other tabs of it is over as well.
    dispatchEvent(new Event('blur'));
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

/** Has a page that is watched be looked at, or not. */
export function setFocus(page: Page, focused: boolean): Promise<void> {
  return page.evaluate((isFocused) => {
    document.hasFocus = () => isFocused;
    dispatchEvent(new Event(isFocused ? 'focus' : 'blur'));
  }, focused);
}

export async function ringingOf(page: Page): Promise<Ringing> {
  const ringing = await page.evaluate(() => window.__ringing);
  if (!ringing) throw new Error('the page is not watched');
  return ringing;
}
