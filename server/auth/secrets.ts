import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same, without telling by the time that it takes how much of them is. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
