import type { CallMinute } from '../../protocol/callHistory.ts';
import { AppError } from '../core/AppError.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { toCsv } from './csv.ts';
import type { CallStore, HistoryFilter, HistoryStore } from './stores.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Two days of a timeline, for what somebody forgets to leave. */
const MAX_MINUTES = 2_880;
const MAX_EXPORTED = 5_000;

export interface CallHistoryDeps {
  calls: Pick<CallStore, 'find'>;
  history: HistoryStore;
  now: () => number;
  historyDays: number;
}

/** What people were in, each their own. */
export class CallHistory {
  readonly #deps: CallHistoryDeps;

  constructor(deps: CallHistoryDeps) {
    this.#deps = deps;
  }

  /** @throws AppError INVALID_PAYLOAD */
  async list(userId: string, filter: HistoryFilter, page: { before?: string; limit: number }) {
    const { history } = this.#deps;
    const before = page.before === undefined ? null : decodeCursor(page.before);
    // One more than asked for tells whether there is another page.
    const limit = page.limit + 1;
    const [found, missed] = await Promise.all([
      history.list(userId, filter, { before, limit, since: this.#since() }),
      this.countMissed(userId),
    ]);
    const entries = found.slice(0, page.limit);
    const last = entries.at(-1);
    const more = found.length > page.limit && last !== undefined;
    return {
      entries,
      missed,
      next: more ? encodeCursor({ createdAt: Date.parse(last.startedAt), id: last.callId }) : null,
    };
  }

  async export(userId: string, filter: HistoryFilter): Promise<string> {
    const page = { before: null, limit: MAX_EXPORTED, since: this.#since() };
    return toCsv(await this.#deps.history.list(userId, filter, page));
  }

  /** @throws AppError NOT_FOUND for what is not one's own, too */
  async read(userId: string, callId: string) {
    const found = await this.#deps.history.read(userId, callId, this.#since());
    if (!found) throw new AppError('NOT_FOUND', { message: 'There is no such call.' });
    return found;
  }

  async countMissed(userId: string): Promise<number> {
    return (await this.#deps.history.countMissed([userId])).get(userId) ?? 0;
  }

  async markSeen(userId: string): Promise<void> {
    await this.#deps.history.markSeen(userId);
  }

  /** @throws AppError NOT_FOUND when one is not in it, and was not a minute ago */
  async addMinute(
    userId: string,
    of: { callId: string } | { meetingId: string },
    values: CallMinute,
  ): Promise<void> {
    const { history, now } = this.#deps;
    const stay =
      'callId' in of
        ? await this.#talkOf(userId, of.callId)
        : await history.findStay(userId, of.meetingId, now() - MINUTE_MS);
    if (!stay) throw new AppError('NOT_FOUND');
    const minute = minuteOf(now() - stay.since - values.seconds * 1_000);
    if (minute >= MAX_MINUTES) return;
    await history.addMinute(userId, stay.id, minute, now(), values);
  }

  async #talkOf(userId: string, callId: string) {
    const call = await this.#deps.calls.find(callId);
    const isParty = call?.caller.userId === userId || call?.callee.userId === userId;
    // The last minute is told when it is over.
    if (!call || !isParty || call.answeredAt === null) return null;
    if (call.endedAt !== null && this.#deps.now() - call.endedAt > MINUTE_MS) return null;
    return { id: call.id, since: call.answeredAt };
  }

  #since(): number {
    return this.#deps.now() - this.#deps.historyDays * DAY_MS;
  }
}

/** Told when it is over, a little sooner or later: the minute that began nearest to when it did. */
function minuteOf(begunAfterMs: number): number {
  return Math.max(0, Math.round(begunAfterMs / MINUTE_MS));
}
