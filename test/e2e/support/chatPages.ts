import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from '../../support/people.ts';
import { accessibilityViolations } from './soundness.ts';
import type { Visitor } from './Visitor.ts';

/** Where one writes. */
export const composer = (page: Page) => page.getByTestId('composer');
export const message = (page: Page, text: string) =>
  page.getByTestId('chat-message').filter({ hasText: text });

/** To be called before the page is opened: settles when it follows its rooms. */
export function untilJoined(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes('chat-rooms-joined')) resolve();
      });
    });
  });
}

/** Writes and sends it. */
export async function write({ page }: Visitor, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** From the menu of a message. */
export async function choose({ page }: Visitor, text: string, item: string): Promise<void> {
  const row = message(page, text);
  await row.hover();
  await row.getByRole('button', { name: /^What to do with/ }).click();
  await page.getByRole('button', { name: item, exact: true }).locator('visible=true').click();
}

/** No rule of accessibility is broken; pictures are taken for whoever wants to look. */
export async function looksRight({ page }: Visitor, name: string): Promise<void> {
  expect(await accessibilityViolations(page), name).toEqual([]);
  const folder = process.env['PARLEY_SCREENSHOTS'];
  if (folder === undefined) return;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${folder}/${name}-${scheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Somebody who is signed in, as the server knows them. */
export async function whoIs(
  { url }: { url: string },
  { page }: Visitor,
  name: string,
): Promise<Person> {
  const token = (await page.evaluate(() => localStorage.getItem('parley.token'))) ?? '';
  const answer = await fetch(`${url}/api/users/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { user } = (await answer.json()) as { user: { id: string } };
  return { token, userId: user.id, name };
}

/** What a network that was switched off makes a browser say is none. */
export function isDefect(complaint: string): boolean {
  return !/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load resource/.test(complaint);
}
