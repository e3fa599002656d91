import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** What the banner about the connection has said. */
    __banners?: string[];
  }
}

/** Begins to note what the banner about the connection says, however shortly. */
export async function watchBanner(page: Page): Promise<void> {
  await page.evaluate(() => {
    const said: string[] = [];
    window.__banners = said;
    new MutationObserver(() => {
      const banner = document.querySelector('[data-testid="connection-banner"]');
      const text = banner?.textContent;
      if (text && said.at(-1) !== text) said.push(text);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

export function bannersOf(page: Page): Promise<string[]> {
  return page.evaluate(() => window.__banners ?? []);
}
