import type { RecordingAccess, Opened } from '../../live/recordings/RecordingAccess.ts';
import type { Recordings } from '../../live/recordings/Recordings.ts';
import type { RecordingStore } from '../../live/recordings/stores.ts';
import type { Transcripts } from '../../live/recordings/Transcripts.ts';
import { fileView, messageView, recordingView, shareView } from '../../live/recordings/views.ts';
import type { RouteHandlers } from '../bindRoutes.ts';
import { recordingFilePath } from '../recordingFiles.ts';

export interface RecordingRouteDeps {
  recordings: Pick<
    Recordings,
    'start' | 'stop' | 'list' | 'read' | 'readOwn' | 'rename' | 'remove'
  >;
  recordingAccess: Pick<RecordingAccess, 'open' | 'openShared' | 'share' | 'chat'>;
  transcripts: Pick<Transcripts, 'set' | 'remove'>;
  recordingStore: Pick<RecordingStore, 'shares' | 'removeShare'>;
}

export function createRecordingRoutes(deps: RecordingRouteDeps) {
  const { recordings, recordingAccess: access, recordingStore: store, transcripts } = deps;
  return {
    async startRecording({ principal, params, body }) {
      const recording = await recordings.start(principal.userId, params.idOrCode, body);
      return { recording: recordingView(recording) };
    },

    async stopRecording({ principal, params }) {
      const recording = await recordings.stop(principal.userId, params.recordingId);
      return { recording: recordingView(recording) };
    },

    async listRecordings({ principal, query: { before, ...query } }) {
      const page = { ...query, ...(before !== undefined && { before }) };
      const found = await recordings.list(principal.userId, page);
      return { recordings: found.recordings.map(recordingView), next: found.next };
    },

    async readRecording({ principal, params }) {
      const recording = await recordings.read(principal.userId, params.recordingId);
      return { recording: recordingView(recording) };
    },

    async renameRecording({ principal, params, body }) {
      const { userId } = principal;
      const recording = await recordings.rename(userId, params.recordingId, body.title);
      return { recording: recordingView(recording) };
    },

    async removeRecording({ principal, params }) {
      await recordings.remove(principal.userId, params.recordingId);
      return undefined;
    },

    async openRecording({ principal, params }) {
      const recording = await recordings.readOwn(principal.userId, params.recordingId);
      return openedView(await access.open(recording));
    },

    async setTranscript({ principal, params, body }) {
      const recording = await recordings.readOwn(principal.userId, params.recordingId);
      await transcripts.set(recording, body);
      return undefined;
    },

    async removeTranscript({ principal, params }) {
      await transcripts.remove(await recordings.readOwn(principal.userId, params.recordingId));
      return undefined;
    },

    async shareRecording({ principal, params, body }) {
      const recording = await recordings.readOwn(principal.userId, params.recordingId);
      const { share, token } = await access.share(recording, body);
      // Behind the #, where no server and no log on the way sees it.
      return { share: shareView(share), token, path: `/recordings/shared#${token}` };
    },

    async listRecordingShares({ principal, params }) {
      const { id } = await recordings.readOwn(principal.userId, params.recordingId);
      return { shares: (await store.shares(id, Date.now())).map(shareView) };
    },

    async revokeRecordingShare({ principal, params }) {
      const { id } = await recordings.readOwn(principal.userId, params.recordingId);
      await store.removeShare(id, params.shareId);
      return undefined;
    },

    async readRecordingChat({ params, query }) {
      const messages = await access.chat(params.recordingId, query.ticket);
      return { messages: messages.map(messageView) };
    },

    async openSharedRecording({ body }) {
      return openedView(await access.openShared(body.token));
    },
  } satisfies Partial<RouteHandlers>;
}

function openedView({ recording, files, hasChat, ticket, expiresAt }: Opened) {
  const url = `/api/recordings/${recording.id}/chat?ticket=${ticket}`;
  return {
    recording: recordingView(recording),
    files: files.map((file) => ({
      ...fileView(file),
      url: recordingFilePath(file, ticket),
      downloadUrl: `${recordingFilePath(file, ticket)}&download`,
    })),
    chat: hasChat ? { ticket, url } : null,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
