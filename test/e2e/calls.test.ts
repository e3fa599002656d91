import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { logsOf } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { useAdaAndBob } from './support/adaAndBob.ts';
import {
  blockSound,
  figuresOf,
  hearsNoRinging,
  holdCall,
  keepApart,
  openCaller,
  ringFromPage,
  seesAndHearsOther,
  type CallVisitor,
} from './support/callers.ts';
import { arrangements, ONE_WORKER } from './support/hosting.ts';
import { ringingOf, watchRinging } from './support/ringing.ts';
import { accessibilityViolations, horizontalOverflow } from './support/soundness.ts';

describe.each(arrangements([ONE_WORKER]))('a call of two $where', ({ start }) => {
  const two = useAdaAndBob(start, { PARLEY_CALLS_RING_TIMEOUT_MS: '8000' });

  const latest = async (person: CallVisitor) =>
    eventually(async () => {
      const { entries } = await logsOf(two.server, person);
      const [last] = entries.filter(
        ({ outcome }) => outcome !== 'missed' && outcome !== 'cancelled',
      );
      if (!last) throw new Error('nothing is in the history yet');
      return last;
    });

  it('rings, is answered, and flows between the two browsers alone', async () => {
    const { ada, bob, server } = two;
    await bob.visitor.page.getByRole('link', { name: /^Calls/ }).waitFor();
    await ringFromPage(bob, ada);
    const ringing = ada.visitor.page.getByTestId('call');
    await ringing.getByText('Bob Kahn is calling with video').waitFor();
    expect(await accessibilityViolations(ada.visitor.page)).toEqual([]);
    // Nothing is answered or declined by this key, however often it is pressed.
    for (let times = 0; times < 4; times++) await ada.visitor.page.keyboard.press('Escape');
    await ada.visitor.button('Answer with video').click();
    const [ofAda, ofBob] = await Promise.all([seesAndHearsOther(ada), seesAndHearsOther(bob)]);
    for (const { pair } of [ofAda, ofBob]) {
      expect(['host', 'prflx']).toContain(pair?.[0]);
      expect(['host', 'prflx']).toContain(pair?.[1]);
    }
    // No media of anybody is at the server.
    expect(await server.routers()).toBe(0);
    await bob.visitor.page.getByTestId('their-video').waitFor();
    expect(await accessibilityViolations(bob.visitor.page)).toEqual([]);

    // A camera that goes off is gone for the other one, and comes back.
    await ada.visitor.button('Turn off camera').click();
    await bob.visitor.page.getByTestId('their-video').waitFor({ state: 'detached' });
    await ada.visitor.button('Turn on camera').click();
    await bob.visitor.page.getByTestId('their-video').waitFor();

    await bob.visitor.button('Hang up').click();
    await ada.visitor.page.getByText('Bob Kahn hung up').waitFor();
    expect(await latest(ada)).toMatchObject({
      ...{ outcome: 'answered', reason: 'hung-up', direction: 'incoming' },
    });
    expect(await latest(bob)).toMatchObject({ outcome: 'answered', direction: 'outgoing' });
    expect([...ada.visitor.complaints, ...bob.visitor.complaints]).toEqual([]);
  });

  it('is one, between the two browsers, when both ring each other at once', async () => {
    const { ada, bob } = two;
    await Promise.all([ada, bob].map(hearsNoRinging));
    for (const { visitor } of [ada, bob]) {
      await visitor.page.getByRole('link', { name: /^Calls/ }).click();
    }
    await Promise.all([
      ada.visitor.button('Call: Bob Kahn').first().click(),
      bob.visitor.button('Call: Ada Lovelace').first().click(),
    ]);
    await Promise.all(
      [ada, bob].map(({ visitor }) => visitor.page.getByTestId('call-clock').waitFor()),
    );
    await eventually(async () => {
      for (const one of [ada, bob]) expect((await figuresOf(one)).audioEnergy).toBeGreaterThan(0);
    });
    await bob.visitor.button('Hang up').click();
    const [ofAda, ofBob] = await Promise.all([latest(ada), latest(bob)]);
    expect(ofAda.callId).toBe(ofBob.callId);
    expect(ofAda.reason).toBe('hung-up');
  });

  it('rings aloud and on the desktop in one of the open tabs, until it is answered by keys', async () => {
    const { ada, bob } = two;
    const tabs = [ada.visitor.page, await ada.visitor.context.newPage()];
    await tabs[1]?.goto('/');
    await tabs[1]?.getByRole('button', { name: 'Start now' }).waitFor();
    for (const page of tabs) await watchRinging(page);
    await ringFromPage(bob, ada);
    await eventually(async () => {
      const heard = await Promise.all(tabs.map(ringingOf));
      expect(heard.reduce((sum, { tones }) => sum + tones, 0)).toBeGreaterThan(0);
      expect(heard.filter(({ tones }) => tones > 0)).toHaveLength(1);
      expect(heard.flatMap(({ notices }) => notices)).toEqual(['Bob Kahn is calling with video']);
    });
    await eventually(async () => {
      await ada.visitor.page.keyboard.press('Control+Enter');
      await bob.visitor.page.getByTestId('call-clock').waitFor({ timeout: 500 });
    });
    await eventually(async () => {
      const heard = await Promise.all(tabs.map(ringingOf));
      expect(heard.every(({ isOver }) => isOver)).toBe(true);
    });
    await bob.visitor.button('Hang up').click();
  });

  it('is made small beside a page that is read and written, and large again when it matters', async () => {
    const { ada, bob } = two;
    const { page } = bob.visitor;
    const bar = page.getByRole('region', { name: 'Call with Ada Lovelace' });
    await ringFromPage(bob, ada);
    await page.keyboard.press('Escape');
    await bar.getByText('Calling…').waitFor();
    // Whoever uses keys is at the way back, and the page comes next.
    expect(await bar.getByRole('button', { name: 'Back to the call' }).evaluate(isFocused)).toBe(
      true,
    );
    await ada.visitor.button('Answer with video').click();
    await bar.getByTestId('their-video').waitFor();
    await bar.getByTestId('call-clock').waitFor();
    await page.getByRole('link', { name: /^People/ }).click();
    await page.getByRole('searchbox').fill('Ada');
    await page.getByText('Ada Lovelace').first().waitFor();
    // One call at a time: the buttons for another say so.
    await page.getByRole('link', { name: /^Calls/ }).click();
    const another = page.getByRole('main').getByRole('button', { name: 'Call: Ada Lovelace' });
    await another.first().waitFor();
    expect(await another.first().getAttribute('aria-disabled')).toBe('true');
    expect(await another.first().getAttribute('title')).toBe('You are in a call with Ada Lovelace');
    expect(await accessibilityViolations(page)).toEqual([]);
    await bar.getByRole('button', { name: 'Turn off microphone' }).click();
    await bar.getByRole('button', { name: 'Turn on microphone' }).waitFor();
    await seesAndHearsOther(bob);
    await bar.getByRole('button', { name: 'Back to the call' }).click();
    await page.getByText('In a call with Ada Lovelace').waitFor();
    await bob.visitor.button('Make the call small').click();

    // It ends where it is, and what rings then is over everything.
    await ada.visitor.button('Hang up').click();
    await bar.getByText('Ada Lovelace hung up').waitFor();
    await ada.visitor.button('Call back').click();
    await page.getByRole('dialog').getByText('Ada Lovelace is calling with video').waitFor();
    await bob.visitor.button('Decline').click();
    await ada.visitor.page.getByText('Bob Kahn declined').waitFor();
  });

  it('keeps its sound and picture beside a lobby, and ends where a meeting is joined', async () => {
    const { ada, bob, browser, server } = two;
    const cat = await openCaller(browser, server.entrance(), 'Cat Stevens');
    const path = await cat.visitor.startMeeting();
    const { page } = bob.visitor;
    const bar = page.getByRole('region', { name: 'Call with Ada Lovelace' });
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    await bob.visitor.button('Make the call small').click();
    await bar.getByTestId('call-clock').waitFor();
    // The camera is off, and the door to a meeting must not turn it on for the other one.
    await bar.getByRole('button', { name: 'Turn off camera' }).click();
    await goTo(page, path);
    await page.getByText('You are in a call with Ada Lovelace. Joining hangs it up.').waitFor();
    const preview = page.getByRole('main').getByRole('button', { name: 'Turn on camera' });
    await preview.click({ force: true });
    expect(await preview.getAttribute('aria-disabled')).toBe('true');
    expect(await accessibilityViolations(page)).toEqual([]);
    await bar.getByRole('button', { name: 'Turn on camera' }).click();
    await page.getByRole('main').getByTestId('preview-video').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Parley' }).first().waitFor();
    await Promise.all([ada, bob].map(seesAndHearsOther));

    // Hung up at the door, the devices are the preview's again.
    await goTo(page, path);
    await bar.getByRole('button', { name: 'Hang up' }).click();
    await page.getByRole('main').getByRole('button', { name: 'Turn off camera' }).click();
    await page.getByRole('main').getByRole('button', { name: 'Turn on camera' }).click();
    await page.getByTestId('preview-video').waitFor();

    await bar.getByRole('button', { name: 'Call back' }).click();
    await ada.visitor.button('Answer with video').click();
    await bob.visitor.button('Make the call small').click();
    await bar.getByTestId('call-clock').waitFor();
    await bob.visitor.enter();
    await ada.visitor.page.getByText('Bob Kahn hung up').waitFor();
    await bar.getByText('Call ended').waitFor();
    const [bobId, catId] = await Promise.all([
      bob.visitor.participantId(),
      cat.visitor.participantId(),
    ]);
    await Promise.all([bob.visitor.seesAndHears([catId]), cat.visitor.seesAndHears([bobId])]);
    await cat.visitor.close();
  });

  it('ends as a bar that fits a narrow phone, with the focus in it', async () => {
    const { ada, bob } = two;
    const { page } = bob.visitor;
    const bar = page.getByRole('region', { name: 'Call with Ada Lovelace' });
    await page.setViewportSize({ width: 320, height: 640 });
    await blockSound(bob);
    await ringFromPage(bob, ada);
    await bob.visitor.button('Make the call small').click();
    await ada.visitor.button('Answer with video').click();
    await bar.getByRole('button', { name: 'Turn on sound' }).waitFor();
    const end = await bar.getByRole('button', { name: 'Hang up' }).boundingBox();
    expect((end?.x ?? 320) + (end?.width ?? 0)).toBeLessThanOrEqual(320);
    expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    expect(await bar.getByRole('button', { name: 'Back to the call' }).evaluate(isFocused)).toBe(
      true,
    );
    await ada.visitor.button('Hang up').click();
    await bar.getByText('Ada Lovelace hung up').waitFor();
    const close = bar.getByRole('button', { name: 'Close' });
    expect(await close.evaluate(isFocused)).toBe(true);
    expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    await page.keyboard.press('Enter');
    await bar.waitFor({ state: 'detached' });

    // What did not even begin says why.
    const refuse = await holdCall(bob);
    await ringFromPage(bob, ada);
    await bob.visitor.button('Make the call small').click();
    await refuse();
    await bar.getByText('Ada Lovelace could not be called').waitFor();
    await bar.getByText('The server is busy').waitFor();
    expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
  });

  it('is declined with a message', async () => {
    const { ada, bob } = two;
    await ringFromPage(bob, ada);
    await ada.visitor.button('Decline with a message').click();
    // These keys answer, but not whoever is declining.
    await ada.visitor.page.waitForTimeout(1_000);
    await ada.visitor.page.keyboard.press('Control+Enter');
    await ada.visitor.button('Can’t talk now').click();
    await bob.visitor.page.getByText('Ada Lovelace declined').waitFor();
    await bob.visitor.page.getByText('“Can’t talk now”').waitFor();
    expect((await latest(bob)).outcome).toBe('declined');
  });

  it('that nobody answers is missed, and can be called back', async () => {
    const { ada, bob, server } = two;
    await ringFromPage(bob, ada);
    await bob.visitor.page.getByText('Ada Lovelace did not answer').waitFor();
    await ada.visitor.page.getByTestId('call').waitFor({ state: 'detached' });
    await ada.visitor.page.getByRole('link', { name: /^Calls.*1/ }).waitFor();
    await ada.visitor.page.getByRole('link', { name: /^Calls/ }).click();
    await ada.visitor.page.getByText('Incoming · Missed').first().waitFor();
    // Seen: nothing is left to be counted.
    await eventually(async () => expect((await logsOf(server, ada)).missed).toBe(0));
    await bob.visitor.button('Call back').click();
    await ada.visitor.button('Answer').click();
    await eventually(async () => {
      expect((await figuresOf(bob)).audioEnergy).toBeGreaterThan(0);
    });
  });

  it('is silenced on the device that did not answer', async () => {
    const { ada, bob, browser, server } = two;
    const phone = await ada.visitor.onOtherDevice(browser, server.url);
    await phone.page.goto('/');
    await phone.button('Start now').waitFor();
    await ringFromPage(bob, ada);
    await phone.page.getByTestId('call').waitFor();
    await ada.visitor.button('Answer').click();
    await phone.page.getByTestId('call').waitFor({ state: 'detached' });
    await bob.visitor.page.getByTestId('call-clock').waitFor();
    await phone.close();
  });

  it('stays in its tab when that is duplicated, and rings in both after it', async () => {
    const { ada, bob, server } = two;
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    await Promise.all([seesAndHearsOther(ada), seesAndHearsOther(bob)]);
    const original = ada.visitor.page;
    const [duplicate] = await Promise.all([
      ada.visitor.context.waitForEvent('page'),
      // As a browser's command does: with a copy of what the tab has kept.
      original.evaluate(() => void window.open('/')),
    ]);
    const deviceOf = (page: Page) =>
      page.evaluate(() => sessionStorage.getItem('parley.call-device'));
    const device = await deviceOf(original);
    await duplicate.getByRole('button', { name: 'Start now' }).waitFor();
    await eventually(async () => expect(await deviceOf(duplicate)).not.toBe(device));
    await Promise.all([seesAndHearsOther(ada), seesAndHearsOther(bob)]);
    expect(await duplicate.getByTestId('call').count()).toBe(0);
    expect(await server.routers()).toBe(0);
    await bob.visitor.button('Hang up').click();
    await original.getByText('Bob Kahn hung up').waitFor();

    // Each is a device of its own: what is answered in one is silent in the other.
    await bob.visitor.button('Call back').click();
    await original.getByText('Bob Kahn is calling with video').waitFor();
    await duplicate.getByRole('button', { name: 'Answer with video' }).click();
    await original.getByTestId('call').waitFor({ state: 'detached' });
    await bob.visitor.page.getByTestId('call-clock').waitFor();
    await bob.visitor.button('Hang up').click();
    await duplicate.close();
  });

  it('goes on over the server when the two do not reach each other', async () => {
    const { ada, bob, server } = two;
    await Promise.all([ada, bob].map(keepApart));
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    await Promise.all([ada.visitor.stage.waitFor(), bob.visitor.stage.waitFor()]);
    const [adaId, bobId] = await Promise.all([
      ada.visitor.participantId(),
      bob.visitor.participantId(),
    ]);
    await Promise.all([ada.visitor.seesAndHears([bobId]), bob.visitor.seesAndHears([adaId])]);
    expect(await server.routers()).toBeGreaterThan(0);
    const { entries } = await logsOf(server, ada);
    expect(entries.map(({ kind, reason }) => [kind, reason]).slice(0, 2)).toEqual([
      ['meeting', 'ongoing'],
      ['call', 'moved'],
    ]);
  });

  it('goes on over the server when one of the two reloads the page', async () => {
    const { ada, bob } = two;
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    await Promise.all([seesAndHearsOther(ada), seesAndHearsOther(bob)]);
    await ada.visitor.page.reload();
    await Promise.all([ada.visitor.stage.waitFor(), bob.visitor.stage.waitFor()]);
    const [adaId, bobId] = await Promise.all([
      ada.visitor.participantId(),
      bob.visitor.participantId(),
    ]);
    await Promise.all([ada.visitor.seesAndHears([bobId]), bob.visitor.seesAndHears([adaId])]);
  });
});

/** As by a link in a message. */
function goTo(page: Page, path: string): Promise<void> {
  return page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

function isFocused(element: Element): boolean {
  return element === document.activeElement;
}
