import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { arrangements, ONE_WORKER, type Host } from './support/hosting.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe.each(arrangements([ONE_WORKER]))('hosts $where', ({ start }) => {
  let server: Host;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let grace: Visitor;
  let path: string;
  let ids: { ada: string; alan: string; grace: string };

  beforeAll(async () => {
    server = await start(SMALL_PICTURES);
    browser = await launchBrowser();
    [ada, alan, grace] = await Promise.all([
      Visitor.open(browser, server.entrance()),
      Visitor.open(browser, server.entrance()),
      Visitor.open(browser, server.entrance()),
    ]);
    await ada.signUp('Ada Lovelace');
    path = await ada.startMeeting();
    await alan.signUp('Alan Turing');
    await alan.comeTo(path);
    await alan.enter();
    await grace.joinAsGuest(path, 'Grace Hopper');
    ids = {
      ada: await ada.participantId(),
      alan: await alan.participantId(),
      grace: await grace.participantId(),
    };
    await ada.page.getByRole('button', { name: /^People/ }).click();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Chooses something from the menu of a person in the list. */
  async function choose(host: Visitor, id: string, item: string): Promise<void> {
    const panel = host.page.getByTestId('people-panel');
    await panel.getByTestId(`person-menu-${id}`).click();
    await panel
      .getByTestId(`participant-${id}`)
      .getByRole('button', { name: item, exact: true })
      .click();
  }

  async function hearsNothingOf(listener: Visitor, id: string): Promise<void> {
    const packets = async () =>
      (await listener.stats()).inbound.find(
        ({ participantId, kind }) => participantId === id && kind === 'audio',
      )?.packetsReceived;
    await eventually(async () => {
      const before = await packets();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await packets()).toBe(before);
    });
  }

  it('mute somebody, who sees who did it and can unmute', async () => {
    await choose(ada, ids.grace, 'Mute');
    await grace.page.getByText('Ada Lovelace muted you.').waitFor();
    await grace.button('Turn on microphone').waitFor();
    await hearsNothingOf(alan, ids.grace);
    await grace.button('Turn on microphone').click();
    await grace.button('Turn off microphone').waitFor();
    await alan.seesAndHears([ids.grace]);
  });

  it('mute everybody, who speak when they are allowed to', async () => {
    await ada.button('Mute all').click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('They may unmute themselves').uncheck();
    await dialog.getByRole('button', { name: 'Mute all' }).click();
    const blocked = grace.button('Microphone: Only a host can unmute you');
    await blocked.click();
    await grace.page.getByRole('button', { name: 'Raise hand' }).last().click();
    const hands = ada.page.getByTestId('people-panel');
    await hands.getByRole('button', { name: 'Allow to speak: Grace Hopper' }).click();
    const prompt = grace.page.getByTestId('unmute-request');
    await prompt.getByText('Ada Lovelace asks you to unmute').waitFor();
    await prompt.getByRole('button', { name: 'Unmute' }).click();
    await grace.button('Turn off microphone').waitFor();
    await alan.seesAndHears([ids.grace]);
    await alan.button('Microphone: Only a host can unmute you').waitFor();
    await ada.page
      .getByTestId('people-panel')
      .getByRole('button', { name: /^Lower all hands/ })
      .click();
    await grace.button('Raise hand').waitFor();

    await ada.button('Host tools').click();
    await ada.page.getByTestId('host-tools').getByLabel('Unmute themselves').click();
    await alan.button('Turn on microphone').click();
    await alan.button('Turn off microphone').waitFor();
    const sharing = ada.page.getByTestId('host-tools').getByLabel('Share their screen');
    await sharing.click();
    await alan.button('Share screen: Only hosts can share their screen').waitFor();
    await sharing.click();
    await alan.button('Share screen').waitFor();
    await ada.page.getByRole('button', { name: /^People/ }).click();
  });

  it('turn off a camera that its owner may turn on again', async () => {
    await choose(ada, ids.alan, 'Turn off camera');
    await grace.tile(ids.alan).locator('video').waitFor({ state: 'detached' });
    await alan.button('Turn on camera').click();
    await grace.tile(ids.alan).locator('video').waitFor();
    await grace.seesAndHears([ids.alan]);
  });

  it('rename, make co-hosts, and hand over', async () => {
    await choose(ada, ids.grace, 'Rename…');
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('Name in this meeting').fill('Admiral Hopper');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await alan.tile(ids.grace).getByText('Admiral Hopper').waitFor();
    await choose(ada, ids.alan, 'Make co-host');
    await alan.button('Host tools').waitFor();
    await choose(ada, ids.alan, 'Make host…');
    await dialog.getByRole('button', { name: 'Make host' }).click();
    const alans = ada.page.getByTestId('people-panel').getByTestId(`participant-${ids.alan}`);
    await eventually(async () => expect(await alans.textContent()).toMatch(/Host/));
    // Whoever made the meeting has the role back when they come again.
    await ada.page.getByTestId('leave-button').click();
    await ada.page.getByText('You left the meeting').waitFor();
    await ada.button('Join again').click();
    await ada.page.getByTestId('join-button').click();
    await ada.stage.waitFor();
    ids.ada = await ada.participantId();
    await ada.page.getByRole('button', { name: /^People/ }).click();
    await ada.page.getByTestId('people-panel').getByTestId(`person-menu-${ids.alan}`).waitFor();
    await choose(ada, ids.alan, 'Take back co-host');
    await alan.button('Host tools').waitFor({ state: 'detached' });
    await ada.seesAndHears([ids.alan, ids.grace]);
  });

  it('are asked by their second device, which may join without sound', async () => {
    const tablet = await ada.onOtherDevice(browser, server.entrance());
    await tablet.page.goto(path);
    await tablet.page.getByTestId('join-button').click();
    await tablet.page.getByRole('button', { name: /second screen/i }).click();
    await tablet.stage.waitFor();
    await tablet.button('Microphone: This is your second screen').waitFor();
    const screen = await tablet.participantId();
    expect(screen).not.toBe(await ada.participantId());
    await eventually(async () => {
      const { inbound } = await tablet.stats();
      expect(inbound.filter(({ kind }) => kind === 'audio')).toEqual([]);
      const pictures = inbound.filter(
        ({ kind, framesDecoded }) => kind === 'video' && framesDecoded > 3,
      );
      expect(pictures.length).toBeGreaterThan(1);
    }, 20_000);
    // Its reload is still a second screen.
    await tablet.page.reload();
    await tablet.stage.waitFor();
    expect(await tablet.participantId()).toBe(screen);
    await ada.seesAndHears([ids.alan]);
    await tablet.button('Leave').click();
    expect(tablet.complaints).toEqual([]);
    await tablet.close();
  });

  it('remove somebody, for good if they like', async () => {
    await choose(ada, ids.grace, 'Remove…');
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('and keep out for good').check();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await grace.page.getByTestId('meeting-over').waitFor();
    expect(await grace.page.getByTestId('meeting-over').getAttribute('data-reason')).toBe('banned');
    await alan.tile(ids.grace).waitFor({ state: 'detached' });
    await grace.page.reload();
    await grace.page.getByTestId('join-button').click();
    await grace.page.getByText('You cannot enter this meeting').waitFor();
    expect([...ada.complaints, ...alan.complaints, ...grace.complaints]).toEqual([]);
  });
});
