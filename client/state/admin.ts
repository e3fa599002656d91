import { signal } from '@preact/signals';
import type {
  LiveMeeting,
  NodeView,
  OperatorAct,
  PlacementView,
  WebhookEndpoint,
} from '../../protocol/admin.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { RestClient } from '../api/RestClient.ts';
import type { AdminModel, PagedModel, PolledModel } from './adminModels.ts';
import type { Failure } from './models.ts';

const PAGE = '20';

/** @param rest of somebody who is an operator */
export function createAdmin(rest: Pick<RestClient, 'call'>): AdminModel {
  const isRegistryReachable = signal(true);
  const missing = signal<readonly string[]>([]);
  const pageOf = (before: string | number | null) => ({
    query: { limit: PAGE, ...(before !== null && { before: String(before) }) },
  });

  const nodes = createPolled<readonly NodeView[]>(async () => {
    const answer = await rest.call('listNodes');
    isRegistryReachable.value = answer.isRegistryReachable;
    return answer.nodes;
  });
  const meetings = createPaged<LiveMeeting, string>(async (before) => {
    const answer = await rest.call('listLiveMeetings', pageOf(before));
    missing.value = answer.missing.map(({ name }) => name);
    return { items: answer.meetings, next: answer.next };
  });
  const webhooks = createPolled<readonly WebhookEndpoint[]>(
    async () => (await rest.call('listWebhookEndpoints')).endpoints,
  );
  const acts = createPaged<OperatorAct, number>(async (before) => {
    const answer = await rest.call('listOperatorActs', pageOf(before));
    return { items: answer.acts, next: answer.next };
  });

  async function refresh(): Promise<void> {
    await Promise.all([nodes, meetings, webhooks, acts].map((model) => model.refresh()));
  }

  return {
    ...{ nodes, isRegistryReachable, meetings, missing, webhooks, acts, refresh },
    createPlacement: (meetingId) =>
      createPolled<PlacementView>(async () => {
        const params = { idOrCode: meetingId };
        return (await rest.call('readLiveMeeting', { params })).placement;
      }),
    async mark(instanceId, mark) {
      await rest.call('markNode', { params: { instanceId }, body: { mark } });
      await refresh();
    },
    async move(meetingId, to) {
      const params = { idOrCode: meetingId };
      await rest.call('moveMeeting', { params, body: to === null ? {} : { to } });
      await refresh();
    },
    async end(meetingId) {
      await rest.call('endAnyMeeting', { params: { idOrCode: meetingId } });
      await refresh();
    },
    async redeliver(endpoint) {
      await rest.call('redeliverWebhooks', { body: { endpoint } });
      await refresh();
    },
  };
}

/** Asks for something whenever it is told to; an answer that comes late replaces no later one. */
function createPolled<T>(
  load: () => Promise<T>,
): PolledModel<T> & { readonly again: () => Promise<void> } {
  const value = signal<T | null>(null);
  const failure = signal<Failure | null>(null);
  let latest = 0;
  let underway: Promise<void> | null = null;

  async function ask(): Promise<void> {
    const mine = ++latest;
    try {
      const found = await load();
      if (mine !== latest) return;
      value.value = found;
      failure.value = null;
    } catch (error) {
      if (mine === latest) failure.value = toRequestError(error);
    }
  }

  function again(): Promise<void> {
    const asking = ask().finally(() => {
      if (underway === asking) underway = null;
    });
    underway = asking;
    return asking;
  }

  return { value, failure, again, refresh: () => underway ?? again() };
}

/** A list of which one page is shown, and asked for again. */
function createPaged<T, C>(
  load: (before: C | null) => Promise<{ items: readonly T[]; next: C | null }>,
): PagedModel<T> {
  const hasNext = signal(false);
  const hasPrevious = signal(false);
  /** Cursors of the pages up to the one that is shown; the first has none. */
  const path: C[] = [];
  let next: C | null = null;
  const { again, ...polled } = createPolled<readonly T[]>(async () => {
    const depth = path.length;
    const page = await load(path.at(-1) ?? null);
    if (depth === path.length) {
      next = page.next;
      hasNext.value = next !== null;
    }
    return page.items;
  });

  function turned(): Promise<void> {
    hasPrevious.value = path.length > 0;
    hasNext.value = false;
    return again();
  }

  return {
    ...{ ...polled, hasNext, hasPrevious },
    async showNext() {
      if (next === null) return;
      path.push(next);
      await turned();
    },
    async showPrevious() {
      if (path.pop() !== undefined) await turned();
    },
  };
}
