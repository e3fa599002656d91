import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { extent } from '../support/extent.ts';
import { arrangements, ONE_WORKER, TWO_WORKERS, type Host } from './support/hosting.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe.each(arrangements(extent([ONE_WORKER, TWO_WORKERS], [ONE_WORKER])))(
  'three people in a meeting $where',
  ({ start }) => {
    let server: Host;
    let browser: Browser;
    let ada: Visitor;
    let alan: Visitor;
    let grace: Visitor;
    let ids: { ada: string; alan: string; grace: string };

    beforeAll(async () => {
      server = await start();
      browser = await launchBrowser();
      [ada, alan, grace] = await Promise.all([
        Visitor.open(browser, server.entrance()),
        Visitor.open(browser, server.entrance()),
        Visitor.open(browser, server.entrance()),
      ]);
      await ada.signUp('Ada Lovelace');
      const path = await ada.startMeeting();
      await alan.signUp('Alan Turing');
      await alan.comeTo(path);
      await alan.enter();
      await grace.joinAsGuest(path, 'Grace Hopper');
      ids = {
        ada: await ada.participantId(),
        alan: await alan.participantId(),
        grace: await grace.participantId(),
      };
    });
    afterAll(async () => {
      await browser.close();
      await server.close();
    });

    it('see and hear each other', async () => {
      await Promise.all([
        ada.seesAndHears([ids.alan, ids.grace]),
        alan.seesAndHears([ids.ada, ids.grace]),
        grace.seesAndHears([ids.ada, ids.alan]),
      ]);
      const { transports } = await grace.stats();
      expect(transports.map(({ state }) => state)).toEqual(['connected', 'connected']);
      // The cheaper of the ciphers that browsers offer.
      expect(transports.every(({ srtpCipher }) => srtpCipher?.includes('GCM'))).toBe(true);
    });

    it('see who is muted, and hear nothing of them', async () => {
      await grace.button('Turn off microphone').click();
      await grace.button('Turn on microphone').waitFor();
      await ada.tile(ids.grace).getByText('Microphone off').waitFor();
      await eventually(async () => {
        const packets = async () =>
          (await ada.stats()).inbound.find(
            ({ participantId, kind }) => participantId === ids.grace && kind === 'audio',
          )?.packetsReceived;
        const before = await packets();
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(await packets()).toBe(before);
      });
      await grace.page.keyboard.press('m');
      await grace.button('Turn off microphone').waitFor();
      await ada.tile(ids.grace).getByText('Microphone off').waitFor({ state: 'detached' });
      await ada.seesAndHears([ids.grace]);
    });

    it('talk while a key is held', async () => {
      await alan.button('Turn off microphone').click();
      await alan.button('Turn on microphone').waitFor();
      await alan.page.getByTestId('meeting-stage').click({ position: { x: 5, y: 5 } });
      await alan.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await alan.page.keyboard.down(' ');
      await alan.button('Turn off microphone').waitFor();
      await alan.page.keyboard.up(' ');
      await alan.button('Turn on microphone').waitFor();
      await alan.button('Turn on microphone').click();
      await ada.tile(ids.alan).getByText('Microphone off').waitFor({ state: 'detached' });
    });

    it('turn a camera off and on', async () => {
      await alan.button('Turn off camera').click();
      await ada.tile(ids.alan).locator('video').waitFor({ state: 'detached' });
      expect(await ada.tile(ids.alan).textContent()).toContain('AT');
      await alan.button('Turn on camera').click();
      await ada.tile(ids.alan).locator('video').waitFor();
      await Promise.all([ada.seesAndHears([ids.alan]), grace.seesAndHears([ids.alan])]);
    });

    it('share a screen', async () => {
      await alan.button('Share screen').click();
      await alan.button('Stop sharing').waitFor();
      for (const viewer of [ada, grace]) {
        const share = viewer.page.getByTestId(`share-${ids.alan}`);
        await share.getByText('Alan Turing is sharing a screen').waitFor();
        await eventually(async () => {
          const { inbound } = await viewer.stats();
          const screen = inbound.find(({ source }) => source === 'screen');
          expect(screen?.framesDecoded).toBeGreaterThan(0);
        }, 20_000);
        // Large: wider than half of the stage.
        const box = await share.boundingBox();
        expect(box?.width).toBeGreaterThan(640);
      }
      await alan.button('Stop sharing').click();
      await ada.page.getByTestId(`share-${ids.alan}`).waitFor({ state: 'detached' });
      await alan.button('Share screen').waitFor();
    });

    it('react and raise hands', async () => {
      await grace.button('React').click();
      await grace.button('Celebrate').click();
      await ada.page.getByTestId('reaction-layer').getByText('Grace Hopper: Celebrate').waitFor();
      await grace.button('Raise hand').click();
      await ada.tile(ids.grace).getByText('Hand raised').waitFor();
      await ada.page.getByRole('button', { name: /^People/ }).click();
      const panel = ada.page.getByTestId('people-panel');
      await panel.getByText('Raised hands').waitFor();
      expect(await panel.getByTestId(`participant-${ids.grace}`).textContent()).toContain('Guest');
      await grace.button('Lower hand').click();
      await panel.getByText('Raised hands').waitFor({ state: 'detached' });
      await panel.getByRole('button', { name: 'Close' }).click();
    });

    it('pin somebody', async () => {
      await ada.tile(ids.grace).hover();
      await ada.button('Pin Grace Hopper').click();
      await eventually(async () => {
        const [pinned, other] = [
          await ada.tile(ids.grace).boundingBox(),
          await ada.tile(ids.alan).boundingBox(),
        ];
        expect(pinned?.width).toBeGreaterThan(3 * (other?.width ?? Infinity));
      });
      await ada.tile(ids.grace).hover();
      await ada.button('Unpin Grace Hopper').click();
      await ada.seesAndHears([ids.alan, ids.grace]);
    });

    it('change the camera in the middle', async () => {
      await grace.button('More').click();
      await grace.button('Settings').click();
      const cameras = grace.page.getByLabel('Camera', { exact: true });
      const before = await cameras.inputValue();
      // The second of Chromium's fakes is a depth camera, which no codec takes.
      await cameras.selectOption({ index: 2 });
      await eventually(async () => expect(await cameras.inputValue()).not.toBe(before));
      await grace.page.keyboard.press('Escape');
      await ada.seesAndHears([ids.grace]);
    });

    it('leave, and the others see it', async () => {
      await grace.button('Leave').click();
      await grace.page.getByText('You left the meeting').waitFor();
      await ada.tile(ids.grace).waitFor({ state: 'detached' });
      await ada.page.getByText('Grace Hopper left').waitFor();
    });

    it('end it for everyone', async () => {
      await ada.page.getByTestId('leave-button').click();
      await ada.button('End for everyone').click();
      await ada.page.getByRole('dialog').getByRole('button', { name: 'End for everyone' }).click();
      for (const visitor of [ada, alan]) {
        await visitor.page.getByText('The meeting has ended').waitFor();
      }
      await eventually(async () => {
        expect(await server.routers()).toBe(0);
      });
      expect([...ada.complaints, ...alan.complaints, ...grace.complaints]).toEqual([]);
    });
  },
);
