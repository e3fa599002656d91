import knex from 'knex';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messagesOf, openRoom, say } from '../support/chat.ts';
import { databaseEnv } from '../support/backends.ts';
import { eventually } from '../support/eventually.ts';
import { block } from '../support/contacts.ts';
import { call, type Person } from '../support/people.ts';
import { startTestServer, type TestServer } from '../support/TestServer.ts';
import {
  choose,
  composer,
  isDefect,
  looksRight,
  message,
  untilJoined,
  whoIs,
  write,
} from './support/chatPages.ts';
import { ringingOf, setFocus, watchRinging } from './support/ringing.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe('chat', () => {
  let server: TestServer;
  let database: Record<string, string>;
  let browser: Browser;
  let ada: Visitor;
  let alan: Visitor;
  let grace: Visitor;
  let people: { ada: Person; alan: Person; grace: Person };

  beforeAll(async () => {
    database = await databaseEnv('PostgreSQL');
    server = await startTestServer({
      ...database,
      ...SMALL_PICTURES,
      // A test writes faster than people.
      PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '1000',
    });
    browser = await launchBrowser();
    [ada, alan, grace] = await Promise.all([
      Visitor.open(browser, server.url),
      Visitor.open(browser, server.url),
      Visitor.open(browser, server.url, { viewport: { width: 375, height: 720 } }),
    ]);
    await ada.signUp('Ada Lovelace');
    await alan.signUp('Alan Turing');
    await grace.signUp('Grace Hopper');
    people = {
      ada: await whoIs(server, ada, 'Ada Lovelace'),
      alan: await whoIs(server, alan, 'Alan Turing'),
      grace: await whoIs(server, grace, 'Grace Hopper'),
    };
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Straight into the database: as if they had written for years. */
  async function fill(roomId: string, { userId, name }: Person, count: number): Promise<void> {
    const db = knex({ client: 'pg', connection: database['DATABASE_URL'] ?? '' });
    await db.raw(
      `INSERT INTO chat_messages
           (id, room_id, seq, rev, sender_id, sender_name, content, mentions, created_at)
         SELECT gen_random_uuid(), :room, n, n, :user, :name, 'This is number ' || n || '.', '[]',
             now() - (:count - n) * interval '1 minute'
           FROM generate_series(1, :count) AS n`,
      { room: roomId, user: userId, name, count },
    );
    await db('chat_rooms').where({ id: roomId }).update({ last_seq: count, rev: count });
    await db('chat_members').where({ room_id: roomId }).update({ read_seq: count });
    await db.destroy();
  }

  it('is begun, written, seen, answered, changed and taken back', async () => {
    await ada.page.goto(`/chat/with/${people.alan.userId}`);
    await composer(ada.page).waitFor();
    await write(ada, 'Hello Alan, see https://example.org/a?b=1. <b>bold</b>');
    await ada.page.getByTestId('receipt-sent').waitFor();
    const badge = alan.page.getByRole('link', { name: /Messages/ });
    await badge.getByText('1 new').waitFor();
    await badge.click();
    await alan.page.getByRole('link', { name: /Ada Lovelace/ }).click();
    const link = message(alan.page, 'Hello Alan').getByRole('link');
    expect(await link.getAttribute('href')).toBe('https://example.org/a?b=1');
    expect(await link.getAttribute('rel')).toContain('noopener');
    await message(alan.page, '<b>bold</b>').waitFor();
    await ada.page.getByTestId('receipt-seen').waitFor();
    await badge.getByText('1 new').waitFor({ state: 'detached' });

    await composer(alan.page).pressSequentially('I am here');
    await ada.page.getByText('Alan Turing is writing…').waitFor();
    await composer(alan.page).press('Enter');
    await message(ada.page, 'I am here').waitFor();
    await eventually(async () => {
      expect(await ada.page.getByTestId('typing-line').textContent()).toBe('');
    });

    await choose(ada, 'I am here', 'Reply');
    await write(ada, 'So am I');
    await message(alan.page, 'So am I').getByText('I am here').waitFor();
    // Not before it has been sent.
    await eventually(async () => {
      await composer(ada.page).press('ArrowUp');
      expect(await composer(ada.page).inputValue()).toBe('So am I');
    });
    await write(ada, 'So am I, too');
    await message(alan.page, 'So am I, too').getByText('edited').waitFor();

    await choose(alan, 'So am I, too', 'React');
    await alan.page.locator('.message-picker .reaction-button').last().click();
    await ada.page.locator('.message-reaction').getByText('1').waitFor();
    // Whoever picks by keys goes on where they were.
    const focused = alan.page.locator(':focus');
    expect(await focused.getAttribute('title')).toContain('What to do with');

    await choose(ada, 'So am I, too', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await alan.page.getByText('This message was deleted.').first().waitFor();
    await looksRight(ada, 'chat-1280');
  });

  it('goes on after being offline: 50 missed messages come, and what was written is sent once', async () => {
    const { id } = await openRoom(server, people.ada, [people.alan]);
    await alan.context.setOffline(true);
    await alan.page.getByText('You are offline.').waitFor();
    await write(alan, 'written offline');
    await alan.page.getByTestId('chat-outgoing').getByText('written offline').waitFor();
    await alan.button('More about this chat').click();
    await alan.button('Mute').click();
    const failed = alan.page.locator('.note-warning');
    await failed.waitFor();
    for (let count = 1; count <= 50; count++) await say(server, people.ada, id, `missed ${count}`);
    await alan.context.setOffline(false);
    await message(ada.page, 'written offline').waitFor();
    await alan.page.getByTestId('chat-outgoing').waitFor({ state: 'detached' });
    await message(alan.page, /* the last */ 'missed 50').waitFor();
    const texts = await alan.page.getByTestId('chat-message').allTextContents();
    const missed = texts.flatMap((text) => /missed \d+/.exec(text)?.[0] ?? []);
    expect(missed).toEqual(Array.from({ length: 50 }, (_, index) => `missed ${index + 1}`));
    const { messages } = await messagesOf(server, people.ada, id, { limit: '100' });
    expect(messages.filter(({ content }) => content === 'written offline')).toHaveLength(1);
    await failed.getByRole('button', { name: 'Try again' }).click();
    await failed.waitFor({ state: 'detached' });
    await alan.button('More about this chat').click();
    await alan.button('Unmute').click();
  });

  it('says at a message what was not done to it, to be tried again or let be', async () => {
    const { id } = await openRoom(server, people.ada, [people.alan]);
    const joined = untilJoined(alan.page);
    await alan.page.goto(`/chat/${id}`);
    await message(alan.page, 'written offline').waitFor();
    // What his page still asks for would tell him.
    await joined;
    await alan.page.waitForLoadState('networkidle');
    // He is not told, and finds the room as it was.
    await block(server, people.ada, people.alan);
    await choose(alan, 'written offline', 'Edit');
    await write(alan, 'written otherwise');
    const edited = message(alan.page, 'written otherwise');
    await edited.getByText('Not changed: This is not possible here any more').waitFor();
    // The last row has grown, and is still before one's eyes.
    const list = alan.page.getByTestId('message-list');
    await eventually(async () => {
      const below = await list.evaluate(
        (element) => element.scrollHeight - element.scrollTop - element.clientHeight,
      );
      expect(below).toBeLessThan(2);
    });
    await choose(alan, 'missed 50', 'React');
    await alan.page.locator('.message-picker .reaction-button').first().click();
    const reacted = message(alan.page, 'missed 50');
    await reacted.getByText('Reaction not sent').waitFor();
    await looksRight(alan, 'chat-refused');
    await reacted.getByRole('button', { name: 'Discard' }).click();
    await reacted.getByTestId('message-failure').waitFor({ state: 'detached' });

    await call(server, 'unblock', {
      token: people.ada.token,
      params: { userId: people.alan.userId },
    });
    await edited.getByRole('button', { name: 'Try again' }).click();
    await edited.getByText('edited').waitFor();
    await message(ada.page, 'written otherwise').waitFor();
    expect(await alan.page.getByTestId('message-failure').count()).toBe(0);
    expect(await reacted.locator('.message-reaction').count()).toBe(0);
  });

  it('is heard once and shown on the desktop once, but not of what is muted or looked at', async () => {
    const [direct, muted, aside] = [
      await openRoom(server, people.ada, [people.alan]),
      await openRoom(server, people.grace, [people.alan, people.ada], { title: 'Muted' }),
      await openRoom(server, people.grace, [people.alan], {}),
    ];
    const { token } = people.alan;
    await call(server, 'updateRoom', {
      token,
      params: { roomId: muted.id },
      body: { muted: true },
    });
    const other = await alan.context.newPage();
    await alan.page.goto('/chat');
    await other.goto('/');
    const tabs = [alan.page, other];
    for (const page of tabs) {
      await page.getByRole('link', { name: /^Messages/ }).waitFor();
      await watchRinging(page);
    }
    // A tab behind another is drawn once a second.
    await alan.page.bringToFront();
    // In one of the tabs, for all of them.
    await alan.button('Settings').click();
    await alan.page.getByLabel('Show new messages while another window is in front').check();
    await alan.button('Close').click();
    const heard = () => Promise.all(tabs.map(ringingOf));
    const noticesOf = async () => (await heard()).flatMap(({ notices }) => notices);
    /** Every tab knows of it, by the number of messages that are new. */
    const known = async (count: number) => {
      for (const page of tabs) {
        const name = count === 0 ? 'Messages' : `Messages ${count} new`;
        await page.getByRole('link', { name, exact: true }).waitFor();
      }
    };

    await say(server, people.grace, muted.id, 'for those who listen');
    await say(server, people.ada, direct.id, 'for you');
    await eventually(async () => expect(await noticesOf()).toEqual(['Ada Lovelace']));
    await known(1);
    const [first, second] = (await heard()).map(({ tones }) => tones);
    // One tab alone, with the two notes of one message.
    expect([first, second].sort()).toEqual([0, 2]);

    await alan.page.locator(`a[href="/chat/${direct.id}"]`).click();
    await message(alan.page, 'for you').waitFor();
    await setFocus(alan.page, true);
    await known(0);
    const tones = async () => (await heard()).reduce((sum, one) => sum + one.tones, 0);
    const before = await tones();
    await say(server, people.ada, direct.id, 'you are looking at this');
    await message(alan.page, 'you are looking at this').waitFor();
    await say(server, people.grace, aside.id, 'you are not looking at this');
    await eventually(async () => expect(await tones()).toBeGreaterThanOrEqual(before + 2));
    // Heard where one is, and not shown: a badge is before one's eyes.
    await known(1);
    expect(await noticesOf()).toEqual(['Ada Lovelace']);
    await setFocus(alan.page, false);
    await say(server, people.grace, aside.id, 'nobody is looking');
    await eventually(async () => {
      expect((await noticesOf()).sort()).toEqual(['Ada Lovelace', 'Grace Hopper']);
    });
    // Two for each of these, and nothing for what was looked at.
    expect(await tones()).toBe(before + 4);
    await other.close();
  });

  it('sends once, after the page was reloaded, what the server could not be given before', async () => {
    const { id } = await openRoom(server, people.ada, [people.alan]);
    await alan.page.goto(`/chat/${id}`);
    const messages = `**/api/chat/rooms/${id}/msgs`;
    await alan.page.route(messages, (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    await write(alan, 'written before the reload');
    await alan.page.getByTestId('chat-outgoing').getByText('written before the reload').waitFor();
    await alan.page.unroute(messages);
    // Also where nobody looks at it.
    await alan.page.goto('/chat');
    await eventually(async () => {
      const { messages } = await messagesOf(server, people.ada, id, { limit: '100' });
      const sent = messages.filter(({ content }) => content === 'written before the reload');
      expect(sent).toHaveLength(1);
    });
    await alan.page.goto(`/chat/${id}`);
    await message(alan.page, 'written before the reload').waitFor();
    expect(await alan.page.getByTestId('chat-outgoing').count()).toBe(0);
  });

  it('tells in a group of three who has seen what, on a phone too', async () => {
    const group = await openRoom(server, people.ada, [people.alan, people.grace], {
      title: 'The three',
    });
    await ada.page.goto(`/chat/${group.id}`);
    await write(ada, 'Who reads this?');
    await message(ada.page, 'Who reads this?').getByTestId('receipt-sent').waitFor();
    await grace.page.goto('/chat');
    await grace.page.bringToFront();
    await grace.page.getByRole('link', { name: /The three/ }).click();
    await message(grace.page, 'Who reads this?').waitFor();
    await looksRight(grace, 'chat-375');
    await alan.page.goto(`/chat/${group.id}`);
    await message(alan.page, 'Who reads this?').waitFor();
    const receipt = message(ada.page, 'Who reads this?').getByRole('button', {
      name: 'Seen by 2 people',
    });
    await receipt.click();
    const seen = ada.page.getByTestId('seen-list');
    await seen.getByText('Grace Hopper').waitFor();
    await seen.getByText('Alan Turing').waitFor();
    await ada.page.getByRole('button', { name: 'Close' }).click();
  });

  it('opens a room of 10,000 messages soon, and scrolls through it with few at a time', async () => {
    const room = await openRoom(server, people.ada, [people.grace]);
    await fill(room.id, people.grace, 10_000);
    await ada.page.goto('/chat');
    const link = ada.page.getByTestId('room-list').getByRole('link', { name: /Grace Hopper/ });
    await link.first().waitFor();
    const began = await ada.page.evaluate(() => performance.now());
    await ada.page.locator(`a[href="/chat/${room.id}"]`).click();
    await message(ada.page, 'number 10000.').waitFor();
    const took = (await ada.page.evaluate(() => performance.now())) - began;
    // 300 ms is what it may take on a machine that does nothing else.
    expect(took).toBeLessThan(1_500);
    const list = ada.page.getByTestId('message-list');
    const shown = async () =>
      (
        await list
          .locator('[data-seq]')
          .evaluateAll((rows) => rows.map((row) => row.dataset['seq']))
      ).map(Number);
    await eventually(async () => {
      await list.evaluate((element) => element.scrollTo(0, 0));
      expect((await shown())[0]).toBeLessThan(9_500);
    });
    const seqs = await shown();
    expect(seqs.length).toBeLessThanOrEqual(200);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    await ada.page
      .getByRole('button', { name: /Jump to latest|new/ })
      .last()
      .click();
    await eventually(async () => {
      expect((await shown()).at(-1)).toBe(10_000);
      const below = await list.evaluate(
        (element) => element.scrollHeight - element.scrollTop - element.clientHeight,
      );
      expect(below).toBeLessThan(50);
    });
  });

  it('broke nothing else', () => {
    for (const visitor of [ada, alan, grace])
      expect(visitor.complaints.filter(isDefect)).toEqual([]);
  });
});
