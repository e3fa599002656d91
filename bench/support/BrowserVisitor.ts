import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
  type WebSocket,
} from 'playwright-core';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** What a page notes of the pictures of some elements: when each was presented, Unix time in ms. */
const NOTE_FRAMES = `(selector) => {
  window.__frames = [];
  const watched = new WeakSet();
  const watch = (video) => {
    const note = (now) => {
      window.__frames.push(performance.timeOrigin + now);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  };
  // The element may be another one after the media was rebuilt.
  const look = () => {
    for (const video of document.querySelectorAll(selector)) {
      if (!watched.has(video)) watch(video);
      watched.add(video);
    }
    requestAnimationFrame(look);
  };
  look();
}`;

/** Chromium with fake cameras that send 30 pictures a second. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['PARLEY_CHROMIUM'];
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream=fps=30',
      '--use-fake-ui-for-media-stream',
    ],
  });
}

/** Somebody at a browser, before or in a meeting. */
export class BrowserVisitor {
  readonly #context: BrowserContext;
  readonly #page: Page;

  /**
   * Opens the meeting's page and stops before joining.
   * @param as somebody with a name only, or with an account made just now
   */
  static async open(
    browser: Browser,
    url: string,
    meetingId: string,
    as: 'guest' | 'member' = 'guest',
  ): Promise<BrowserVisitor> {
    const context = await browser.newContext({
      baseURL: url,
      permissions: ['camera', 'microphone'],
      locale: 'en-US',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    if (as === 'member') {
      await page.goto(`/sign-up?next=${encodeURIComponent(`/m/${meetingId}`)}`);
      await page.getByLabel('Your name').fill('Bot');
      await page.getByLabel('Email').fill(`${randomUUID()}@example.org`);
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Create account' }).click();
    } else {
      await page.goto(`/m/${meetingId}`);
      await page.getByTestId('display-name').fill('Bot');
    }
    await page.getByTestId('join-button').waitFor();
    return new BrowserVisitor(context, page);
  }

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
  }

  async join(): Promise<void> {
    await this.#page.getByTestId('join-button').click();
    await this.#page.getByTestId('meeting-stage').waitFor();
  }

  participantId(): Promise<string> {
    return this.#page.evaluate<string>('window.__parley.participantId()');
  }

  /** Milliseconds from the click on Join to the first picture of somebody else, by the page's own clock. */
  async joinToFirstFrame(): Promise<number> {
    const at = (mark: string) => `performance.getEntriesByName('${mark}')[0]?.startTime`;
    await this.#until(`${at('parley:first-frame')} !== undefined`);
    return this.#page.evaluate<number>(`${at('parley:first-frame')} - ${at('parley:join')}`);
  }

  /** Begins to note the pictures of another participant; waits for the first ones. */
  async watch(participantId: string): Promise<void> {
    await this.#watch(`[data-testid="tile-${participantId}"] video`);
  }

  /** … of everybody else, also under another id. */
  async watchOthers(): Promise<void> {
    await this.#watch('.stage video:not(.mirrored)');
  }

  /** Reloads the page in the meeting; answers the milliseconds to the first picture of somebody else. */
  async reload(): Promise<number> {
    await this.#page.reload();
    const shown = "performance.getEntriesByName('parley:first-frame')[0]?.startTime";
    await this.#until(`${shown} !== undefined`);
    return this.#page.evaluate<number>(shown);
  }

  /** Waits until the page does not look for a way back any more. */
  async connected(): Promise<void> {
    await this.#page.getByTestId('connection-banner').waitFor({ state: 'detached' });
  }

  /** When the page, on another connection than now, has taken its place in the meeting again: Unix time in milliseconds. */
  rejoined(): Promise<number> {
    return new Promise((resolve) => {
      const listen = (socket: WebSocket): void => {
        socket.on('framereceived', ({ payload }) => {
          // The answer to `resume-meeting`, of either kind.
          if (!/"status":"(resumed|resynced)"/.test(payload.toString())) return;
          this.#page.off('websocket', listen);
          resolve(performance.timeOrigin + performance.now());
        });
      };
      this.#page.on('websocket', listen);
    });
  }

  /** When each picture that was noted was presented, from `since` on: Unix time in milliseconds. */
  frames(since = 0): Promise<number[]> {
    return this.#page.evaluate<number[]>(`window.__frames.filter((at) => at >= ${since})`);
  }

  /** Leaves the meeting and closes the browser's window. */
  async leave(): Promise<void> {
    await this.#page.getByTestId('leave-button').click();
    await this.#page.getByTestId('meeting-over').waitFor();
    await this.#context.close();
  }

  async #watch(selector: string): Promise<void> {
    await this.#page.evaluate(`(${NOTE_FRAMES})(${JSON.stringify(selector)})`);
    await this.#until('window.__frames.length > 10');
  }

  /** Asked from here: the page's Content-Security-Policy keeps Playwright from asking within it. */
  async #until(condition: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await this.#page.evaluate<boolean>(condition))) {
      if (performance.now() > deadline) throw new Error(`not so yet: ${condition}`);
      await sleep(POLL_MS);
    }
  }
}
