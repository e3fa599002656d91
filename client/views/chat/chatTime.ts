import type { Texts } from '../../i18n/texts.ts';

export function timeOf(texts: Texts, at: string | number): string {
  return new Intl.DateTimeFormat(texts.locale, { timeStyle: 'short' }).format(new Date(at));
}

/** The day of a message, as people say it. */
export function dayOf(texts: Texts, at: string | number, now = new Date()): string {
  const date = new Date(at);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return texts.chat.today;
  if (date.toDateString() === yesterday.toDateString()) return texts.chat.yesterday;
  return new Intl.DateTimeFormat(texts.locale, { dateStyle: 'full' }).format(date);
}

/** For a list: the time today, else the day. */
export function momentOf(texts: Texts, at: string): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return timeOf(texts, at);
  return new Intl.DateTimeFormat(texts.locale, { dateStyle: 'short' }).format(date);
}
