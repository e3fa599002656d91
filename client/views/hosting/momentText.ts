/** A moment in few words: the time alone while it is today. */
export function momentText(locale: string, instant: string, now = new Date()): string {
  const date = new Date(instant);
  const today = date.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale, {
    ...(!today && { dateStyle: 'short' }),
    timeStyle: 'short',
  }).format(date);
}
