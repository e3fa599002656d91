import { signal } from '@preact/signals';
import type { CallEntry } from '../../protocol/callHistory.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { RestClient } from '../api/RestClient.ts';
import { NO_FILTERS, type CallHistoryModel, type HistoryFilters } from './callsModels.ts';
import type { Loadable } from './models.ts';

const PAGE = '25';

/** @param onMissed told how many missed calls nobody has looked at */
export function createCallHistory(
  rest: RestClient,
  onMissed: (missed: number) => void,
): CallHistoryModel {
  const entries = signal<Loadable<readonly CallEntry[]>>({ is: 'loading' });
  const hasMore = signal(false);
  const filters = signal<HistoryFilters>(NO_FILTERS);
  let next: string | null = null;
  /** The latest question: answers to earlier ones come too late. */
  let asked = 0;

  function query(): Record<string, string> {
    const { kind, outcome, direction, with: other } = filters.peek();
    return {
      ...(kind !== null && { kind }),
      ...(outcome !== null && { outcome }),
      ...(direction !== null && { direction }),
      ...(other !== null && { with: other.id }),
    };
  }

  async function page(before: string | null): Promise<readonly CallEntry[] | null> {
    const turn = ++asked;
    const answer = await rest.call('listCallLogs', {
      query: { ...query(), limit: PAGE, ...(before !== null && { before }) },
    });
    if (turn !== asked) return null;
    next = answer.next;
    hasMore.value = next !== null;
    onMissed(answer.missed);
    return answer.entries;
  }

  async function load(): Promise<void> {
    if (entries.value.is === 'failed') entries.value = { is: 'loading' };
    try {
      const value = await page(null);
      if (value) entries.value = { is: 'ready', value };
    } catch (error) {
      entries.value = { is: 'failed', failure: toRequestError(error) };
    }
  }

  return {
    entries,
    hasMore,
    filters,
    load,
    async setFilters(value) {
      filters.value = value;
      await load();
    },
    async loadMore() {
      if (next === null) return;
      const more = await page(next);
      const before = entries.value.is === 'ready' ? entries.value.value : [];
      if (more) entries.value = { is: 'ready', value: [...before, ...more] };
    },
    async markSeen() {
      const { missed } = await rest.call('markCallsSeen');
      onMissed(missed);
    },
    read: (callId) => rest.call('readCall', { params: { callId } }),
    export: async () => (await rest.call('exportCallLogs', { query: query() })).csv,
  };
}
