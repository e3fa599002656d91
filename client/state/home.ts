import { signal } from '@preact/signals';
import type { MeetingView } from '../../protocol/meetings.ts';
import type { RouteBody } from '../../protocol/rest.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { RestClient } from '../api/RestClient.ts';
import type { HomeModel, Loadable } from './models.ts';

const PAGE = '20';

export function createHome(rest: RestClient): HomeModel {
  const meetings = signal<Loadable<readonly MeetingView[]>>({ is: 'loading' });
  const hasMore = signal(false);
  let next: string | null = null;

  async function page(before: string | null): Promise<MeetingView[]> {
    const answer = await rest.call('listMeetings', {
      query: { limit: PAGE, ...(before !== null && { before }) },
    });
    next = answer.next;
    hasMore.value = next !== null;
    return answer.meetings;
  }

  function show(change: (before: readonly MeetingView[]) => readonly MeetingView[]): void {
    const before = meetings.value.is === 'ready' ? meetings.value.value : [];
    meetings.value = { is: 'ready', value: change(before) };
  }

  function replace(meeting: MeetingView): void {
    show((before) => before.map((one) => (one.id === meeting.id ? meeting : one)));
  }

  return {
    meetings,
    hasMore,
    async load() {
      // What was there stays on the page while it is asked for again.
      if (meetings.value.is === 'failed') meetings.value = { is: 'loading' };
      try {
        meetings.value = { is: 'ready', value: await page(null) };
      } catch (error) {
        meetings.value = { is: 'failed', failure: toRequestError(error) };
      }
    },
    async loadMore() {
      if (next === null) return;
      const more = await page(next);
      show((before) => [...before, ...more]);
    },
    async create(input) {
      const body = defined(input);
      const { meeting } = await rest.call('createMeeting', { body });
      show((before) => [meeting, ...before]);
      return meeting;
    },
    async update(meetingId, patch) {
      const { meeting } = await rest.call('updateMeeting', {
        params: { idOrCode: meetingId },
        body: defined<RouteBody<'updateMeeting'>>(patch),
      });
      replace(meeting);
      return meeting;
    },
    async end(meetingId) {
      const { meeting } = await rest.call('endMeeting', { params: { idOrCode: meetingId } });
      replace(meeting);
    },
  };
}

/** Without the keys whose value is undefined, which JSON drops anyway. */
function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
