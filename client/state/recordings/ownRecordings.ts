import type { RecordingView } from '../../../protocol/recordings.ts';
import type { RestClient } from '../../api/RestClient.ts';
import { createPagedList } from '../pagedList.ts';
import type { OwnRecordingsModel } from './recordingModels.ts';

/** @param meeting only those of this one; null: all of one's own */
export function createOwnRecordings(
  rest: Pick<RestClient, 'call'>,
  meeting: string | null,
): OwnRecordingsModel {
  const { items, hasMore, refresh, loadMore, show, drop } = createPagedList<RecordingView>(
    async (page) => {
      const query = { ...page, ...(meeting !== null && { meeting }) };
      const { recordings, next } = await rest.call('listRecordings', { query });
      return { items: recordings, next };
    },
    ({ id }) => id,
  );
  const paramsOf = (recordingId: string) => ({ params: { recordingId } });

  return {
    ...{ recordings: items, hasMore, refresh, loadMore },
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
      drop(recordingId);
    },
    open: (recordingId) => rest.call('openRecording', paramsOf(recordingId)),
    async setTranscript(recordingId, file) {
      const body = new Uint8Array(await file.arrayBuffer());
      await rest.call('setTranscript', { ...paramsOf(recordingId), body, type: 'text/vtt' });
    },
    async removeTranscript(recordingId) {
      await rest.call('removeTranscript', paramsOf(recordingId));
    },
    async shares(recordingId) {
      return (await rest.call('listRecordingShares', paramsOf(recordingId))).shares;
    },
    share: (recordingId, how) =>
      rest.call('shareRecording', { ...paramsOf(recordingId), body: how }),
    async revoke(recordingId, shareId) {
      await rest.call('revokeRecordingShare', { params: { recordingId, shareId } });
    },
  };
}
