import type { MediaTransport } from './MediaTransport.ts';

/** Whether every transport has a path, or is about to have its first; else what is done about it. */
export type MediaHealth =
  | { is: 'well' }
  /** `path`: another is looked for; `rebuild`: everything is made anew. */
  | { is: 'lost'; step: 'path' | 'rebuild'; attempt: number };

/**
 * @param transports those that there are, or should be; null: nothing is built
 * @param rebuilds since something flowed last
 * @param hasAnything without anything to send or receive no transport connects
 */
export function judgeHealth(
  transports: readonly (Pick<MediaTransport, 'healthy' | 'restarts'> | 'failed' | null)[],
  rebuilds: number,
  hasAnything: boolean,
): MediaHealth {
  const made = transports.filter((one) => one !== null && one !== 'failed');
  if (made.some(({ healthy }) => !healthy)) {
    const attempt = Math.max(1, ...made.map(({ restarts }) => restarts));
    return { is: 'lost', step: 'path', attempt };
  }
  if (transports.includes('failed') || (rebuilds > 0 && hasAnything)) {
    return { is: 'lost', step: 'rebuild', attempt: Math.max(1, rebuilds) };
  }
  return { is: 'well' };
}
