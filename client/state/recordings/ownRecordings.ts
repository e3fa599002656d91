import { signal } from '@preact/signals';
import type { RecordingView } from '../../../protocol/recordings.ts';
import { toRequestError } from '../../api/RequestError.ts';
import type { RestClient } from '../../api/RestClient.ts';
import type { Loadable } from '../models.ts';
import type { OwnRecordingsModel } from './recordingModels.ts';

const PAGE = 20;
/** Most that a list may be asked for at a time. */
const LARGEST_PAGE = 100;

/** @param meeting only those of this one; null: all of one's own */
export function createOwnRecordings(
  rest: Pick<RestClient, 'call'>,
  meeting: string | null,
): OwnRecordingsModel {
  const recordings = signal<Loadable<readonly RecordingView[]>>({ is: 'loading' });
  const hasMore = signal(false);
  let next: string | null = null;
  /** Counts what was done: an answer that was asked for before it is out of date. */
  let changes = 0;

  const shown = () => (recordings.value.is === 'ready' ? recordings.value.value : []);
  const paramsOf = (recordingId: string) => ({ params: { recordingId } });

  async function page(before: string | null, limit: number): Promise<readonly RecordingView[]> {
    const query = {
      limit: String(limit),
      ...(before !== null && { before }),
      ...(meeting !== null && { meeting }),
    };
    const answer = await rest.call('listRecordings', { query });
    next = answer.next;
    hasMore.value = next !== null;
    return answer.recordings;
  }

  async function refresh(): Promise<void> {
    const asked = changes;
    try {
      const value = await page(null, Math.min(LARGEST_PAGE, Math.max(PAGE, shown().length)));
      if (asked === changes) recordings.value = { is: 'ready', value };
    } catch (error) {
      // What is known stays on the page.
      if (recordings.value.is !== 'ready') {
        recordings.value = { is: 'failed', failure: toRequestError(error) };
      }
    }
  }

  function show(recording: RecordingView): void {
    changes += 1;
    const before = shown();
    const isNew = before.every(({ id }) => id !== recording.id);
    const value = isNew
      ? [recording, ...before]
      : before.map((one) => (one.id === recording.id ? recording : one));
    recordings.value = { is: 'ready', value };
  }

  return {
    ...{ recordings, hasMore, refresh },
    async loadMore() {
      if (next === null) return;
      const before = shown();
      const more = await page(next, PAGE);
      changes += 1;
      recordings.value = { is: 'ready', value: [...before, ...more] };
    },
    async start(idOrCode, what) {
      const answer = await rest.call('startRecording', { params: { idOrCode }, body: what });
      show(answer.recording);
    },
    async stop(recordingId) {
      show((await rest.call('stopRecording', paramsOf(recordingId))).recording);
    },
    async rename(recordingId, title) {
      const answer = await rest.call('renameRecording', {
        ...{ ...paramsOf(recordingId), body: { title } },
      });
      show(answer.recording);
    },
    async remove(recordingId) {
      await rest.call('removeRecording', paramsOf(recordingId));
      changes += 1;
      recordings.value = { is: 'ready', value: shown().filter(({ id }) => id !== recordingId) };
    },
    open: (recordingId) => rest.call('openRecording', paramsOf(recordingId)),
    async shares(recordingId) {
      return (await rest.call('listRecordingShares', paramsOf(recordingId))).shares;
    },
    share: (recordingId, days) =>
      rest.call('shareRecording', { ...paramsOf(recordingId), body: { days } }),
    async revoke(recordingId, shareId) {
      await rest.call('revokeRecordingShare', { params: { recordingId, shareId } });
    },
  };
}
