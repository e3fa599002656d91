import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { call, type Person } from '../support/people.ts';
import { setPicture } from '../support/pictures.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import { composer, isDefect, looksRight, message, whoIs, write } from './support/chatPages.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe('the chat of a meeting', () => {
  let server: TestServer;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let person: Person;

  beforeAll(async () => {
    server = await startTestServer(SMALL_PICTURES);
    browser = await launchBrowser();
    ada = await Visitor.open(browser, server.url);
    alan = await Visitor.open(browser, server.url);
    await ada.signUp('Ada Lovelace');
    await alan.signUp('Alan Turing');
    person = await whoIs(server, ada, 'Ada Lovelace');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('is with everybody, and with one alone', async () => {
    const path = await ada.startMeeting();
    await alan.comeTo(path);
    await alan.enter();
    const guest = await Visitor.open(browser, server.url);
    await guest.joinAsGuest(path, 'Guest');
    await guest.page.keyboard.press('c');
    await composer(guest.page).waitFor();
    await write(guest, 'Hello everybody');
    await ada.button('Chat: 1 new').click();
    await message(ada.page, 'Hello everybody').waitFor();
    await write(ada, 'Welcome');
    await message(guest.page, 'Welcome').waitFor();

    // A guest knows nobody, and sees everybody here as they want to be seen.
    const picture = message(guest.page, 'Welcome').locator('.avatar img');
    await setPicture(server, person);
    await eventually(async () => {
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(256);
    });
    await looksRight(ada, 'meeting-chat');
    await call(server, 'removeAvatar', { token: person.token });
    await picture.waitFor({ state: 'detached' });

    await ada.page.getByRole('button', { name: /^People/ }).click();
    await ada.page.getByTestId(`person-menu-${await guest.participantId()}`).click();
    const answered = Promise.withResolvers<undefined>();
    await ada.page.route('**/api/chat/rooms', async (route) => {
      await answered.promise;
      await route.continue();
    });
    const asked = ada.page.waitForRequest('**/api/chat/rooms');
    await ada.page
      .getByRole('button', { name: 'Message privately' })
      .locator('visible=true')
      .click();
    await asked;
    // Until there is a room of the two, whatever she wrote would be for everybody.
    expect(await composer(ada.page).count()).toBe(0);
    answered.resolve(undefined);
    await write(ada, 'Only for you');
    await guest.page.getByRole('button', { name: /^Ada Lovelace/ }).click();
    await message(guest.page, 'Only for you').waitFor();
    await alan.button(/^Chat/).click();
    await message(alan.page, 'Welcome').waitFor();
    expect(await message(alan.page, 'Only for you').count()).toBe(0);

    await ada.button('Host tools').click();
    await ada.page.getByTestId('host-tools').getByLabel('Write in the chat').click();
    await alan.page.getByText('You can read here, but not write.').waitFor();
    await guest.close();
    for (const visitor of [ada, alan]) expect(visitor.complaints.filter(isDefect)).toEqual([]);
  });
});
