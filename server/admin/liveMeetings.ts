import type { Cursor } from '../core/cursor.ts';
import type { MeetingOverview } from '../meetings/overview.ts';

export interface LivePage {
  /** The last of the page before. */
  before: Cursor | null;
  limit: number;
}

/** Where a meeting stands in the list. One that nobody has entered yet is among the last. */
export function positionOf({ id, since }: Pick<MeetingOverview, 'id' | 'since'>): Cursor {
  return { createdAt: since ?? 0, id };
}

/** Those that began last first. */
export function compareLive(a: Cursor, b: Cursor): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** The next `limit` of the meetings, in order. */
export function pageOf<M extends Pick<MeetingOverview, 'id' | 'since'>>(
  meetings: readonly M[],
  { before, limit }: LivePage,
): M[] {
  return meetings
    .filter((one) => before === null || compareLive(before, positionOf(one)) < 0)
    .sort((a, b) => compareLive(positionOf(a), positionOf(b)))
    .slice(0, limit);
}
