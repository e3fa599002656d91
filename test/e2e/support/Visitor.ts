import { randomUUID } from 'node:crypto';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import type { MediaStats } from '../../../client/media/stats.ts';
import { eventually } from '../../support/eventually.ts';

declare global {
  interface Window {
    __parley?: { participantId(): string; stats(): Promise<MediaStats> };
  }
}

const FLOW_TIMEOUT_MS = 20_000;
/** Statistics cost a browser a lot. */
const LOOK_EVERY_MS = 150;
const FEW_FRAMES_PER_SECOND = 5;

export interface BrowserOptions {
  fakeDevices?: boolean;
  /** Of every camera: pictures are most of what a browser costs. */
  framesPerSecond?: number;
}

/** For whoever times pictures: the next one is due soon, and several people still fit on a small machine. */
export const SMOOTH = { framesPerSecond: 12 };

/** Chromium with fake cameras, microphones and screens. */
export function launchBrowser({
  fakeDevices = true,
  framesPerSecond = FEW_FRAMES_PER_SECOND,
}: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['PARLEY_CHROMIUM'] ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(fakeDevices
        ? [
            `--use-fake-device-for-media-stream=device-count=3,fps=${framesPerSecond}`,
            '--use-fake-ui-for-media-stream',
            '--auto-select-desktop-capture-source=Parley',
          ]
        : []),
    ],
  });
}

/** Somebody at a browser of their own. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about. */
  readonly complaints: string[] = [];

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 800 },
      permissions: ['camera', 'microphone'],
      locale: 'en-US',
      ...options,
    });
    return new Visitor(context, await context.newPage());
  }

  /** The same account on another device: signed in, and otherwise new to it. */
  async onOtherDevice(browser: Browser, url: string): Promise<Visitor> {
    const { cookies, origins } = await this.context.storageState();
    return Visitor.open(browser, url, {
      storageState: {
        cookies,
        origins: origins.map(({ localStorage }) => ({
          origin: new URL(url).origin,
          localStorage: localStorage.filter(({ name }) => name !== 'parley.device-id'),
        })),
      },
    });
  }

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  get stage() {
    return this.page.getByTestId('meeting-stage');
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async signUp(name: string): Promise<void> {
    await this.page.goto('/sign-up');
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Email').fill(`${randomUUID()}@example.org`);
    await this.page.getByLabel('Password').fill('correct horse battery');
    await this.button('Create account').click();
    await this.button('Start now').waitFor();
  }

  /** Starts a meeting and goes in; answers its path. */
  async startMeeting(): Promise<string> {
    await this.button('Start now').click();
    await this.enter();
    return new URL(this.page.url()).pathname;
  }

  /** Opens a meeting's page with a name, without joining. */
  async comeTo(path: string, name?: string): Promise<void> {
    await this.page.goto(path);
    if (name !== undefined) await this.page.getByTestId('display-name').fill(name);
    await this.page.getByTestId('join-button').waitFor();
  }

  /** Presses Join and waits to be in. */
  async enter(): Promise<void> {
    const crash = this.page.getByTestId('crashed');
    await this.page.getByTestId('join-button').click();
    await this.stage.or(crash).waitFor();
    if (await crash.isVisible()) throw new Error(`The page broke: ${this.complaints.join(' | ')}`);
  }

  async joinAsGuest(path: string, name: string): Promise<void> {
    await this.comeTo(path, name);
    await this.enter();
  }

  /** This person's id in the meeting. */
  participantId(): Promise<string> {
    return this.page.evaluate(() => window.__parley?.participantId() ?? '');
  }

  stats(): Promise<MediaStats> {
    return this.page.evaluate(async () => {
      if (!window.__parley) throw new Error('not in a meeting');
      return window.__parley.stats();
    });
  }

  /** Waits until pictures and sound of all of them arrive, anew from now. */
  async seesAndHears(participantIds: readonly string[]): Promise<void> {
    const before = await this.stats();
    await eventually(
      async () => {
        const { inbound, transports } = await this.stats();
        const found = JSON.stringify({ inbound, transports });
        for (const id of participantIds) {
          const of = (kind: 'audio' | 'video') => (one: MediaStats['inbound'][number]) =>
            one.participantId === id && one.kind === kind;
          const [video, audio] = [inbound.find(of('video')), inbound.find(of('audio'))];
          if (!video || !audio) throw new Error(`nothing of ${id} comes: ${found}`);
          const frames = before.inbound.find((one) => one.consumerId === video.consumerId);
          const energy = before.inbound.find((one) => one.consumerId === audio.consumerId);
          if (video.framesDecoded <= (frames?.framesDecoded ?? 0) + 3) {
            throw new Error(`no new frames of ${id}: ${found}`);
          }
          if (audio.totalAudioEnergy <= (energy?.totalAudioEnergy ?? 0)) {
            throw new Error(`no sound of ${id}: ${found}`);
          }
        }
      },
      FLOW_TIMEOUT_MS,
      LOOK_EVERY_MS,
    );
  }

  tile(participantId: string) {
    return this.page.getByTestId(`tile-${participantId}`);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
