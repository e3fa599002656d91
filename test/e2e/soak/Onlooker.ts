import type { Browser } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { framesOf, watchFrames } from '../support/frames.ts';
import { Visitor } from '../support/Visitor.ts';

/** What one saw of another while something happened. Times in milliseconds since the Unix epoch. */
export interface Sight {
  who: string;
  /** Longest time without a new picture, and when it began. */
  gapMs: number;
  gapAt: number;
  /** The same of one's own camera, which crosses no network: what the machine itself held up. */
  ownGapMs: number;
  /** When pictures came again after the last pause that was longer than `STUTTER_MS`; null when there was none. */
  backAt: number | null;
}

/** An eye takes so long a pause for a stutter, not for a broken call. */
export const STUTTER_MS = 500;
const CLICK_TIMEOUT_MS = 5_000;

/** A participant in a real browser, who notes when every picture is shown. */
export class Onlooker {
  readonly name: string;
  readonly visitor: Visitor;
  #id = '';

  static async open(browser: Browser, url: string, name: string): Promise<Onlooker> {
    const visitor = await Visitor.open(browser, url);
    visitor.page.setDefaultTimeout(60_000);
    return new Onlooker(name, visitor);
  }

  private constructor(name: string, visitor: Visitor) {
    this.name = name;
    this.visitor = visitor;
  }

  get participantId(): string {
    return this.#id;
  }

  async enter(code: string): Promise<void> {
    await this.visitor.joinAsGuest(`/m/${code}`, this.name);
    this.#id = await this.visitor.participantId();
    await watchFrames(this.visitor.page, this.#id);
  }

  /** Reloads the page, which keeps the place and builds all media anew. */
  async comeAgain(other: Onlooker): Promise<void> {
    const { page, stage } = this.visitor;
    await page.reload();
    await stage.waitFor();
    await watchFrames(page, this.#id);
    await this.watch(other);
  }

  watch({ participantId }: Onlooker): Promise<void> {
    return watchFrames(this.visitor.page, participantId);
  }

  readonly unmute = async (): Promise<void> => {
    const { page } = this.visitor;
    const button = page.getByRole('button', { name: 'Turn on microphone', exact: true });
    await button.click({ timeout: CLICK_TIMEOUT_MS });
    await button.waitFor({ state: 'detached', timeout: CLICK_TIMEOUT_MS });
  };

  /** Waits until a picture of the other was shown after that moment. */
  async sees(other: Onlooker, after: number, timeoutMs: number): Promise<void> {
    await eventually(async () => {
      const frames = await framesOf(this.visitor.page, other.participantId);
      if ((frames.at(-1) ?? 0) > after) return;
      throw new Error(
        `${this.name} has seen nothing of ${other.name} for ${Date.now() - after} ms`,
      );
    }, timeoutMs);
  }

  /** What was seen of the other from that moment until now. */
  async recall(other: Onlooker, since: number): Promise<Sight> {
    const { page } = this.visitor;
    const [frames, own] = await Promise.all([
      framesOf(page, other.participantId),
      framesOf(page, this.#id),
    ]);
    const now = Date.now();
    const gaps = gapsOf(frames, since, now);
    const [last] = gaps.filter(({ ms }) => ms > STUTTER_MS).slice(-1);
    const worst = gaps.reduce((a, b) => (b.ms > a.ms ? b : a), { end: since, ms: 0 });
    return {
      who: `${this.name} of ${other.name}`,
      gapMs: Math.round(worst.ms),
      gapAt: worst.end - worst.ms,
      ownGapMs: longest(gapsOf(own, since, now)),
      backAt: last?.end ?? null,
    };
  }
}

/** Times without a picture that began after `since`, the one until `now` among them. */
function gapsOf(frames: readonly number[], since: number, now: number) {
  const ends = [...frames, now];
  return ends.flatMap((end, index) => {
    const begin = ends[index - 1];
    return begin === undefined || begin < since ? [] : [{ end, ms: end - begin }];
  });
}

function longest(gaps: readonly { ms: number }[]): number {
  return Math.round(Math.max(0, ...gaps.map(({ ms }) => ms)));
}
