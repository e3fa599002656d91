const MINUTE_MS = 60_000;
const STEPS = [
  { unit: 'minute', ms: MINUTE_MS, below: 60 },
  { unit: 'hour', ms: 60 * MINUTE_MS, below: 24 },
  { unit: 'day', ms: 24 * 60 * MINUTE_MS, below: 30 },
] as const;

/**
 * How long ago a moment was, in words: minutes, hours and days, and a date before that.
 * @param at ISO 8601
 * @param now milliseconds since the Unix epoch
 */
export function lastSeenText(at: string, now: number, locale: string): string {
  const ago = Math.max(0, now - Date.parse(at));
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const { unit, ms, below } of STEPS) {
    const count = Math.floor(ago / ms);
    // `-0`: the past, where there is a word for it.
    if (count < below) return words.format(-count, unit);
  }
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(Date.parse(at));
}
