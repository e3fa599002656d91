import type { ReadonlySignal } from '@preact/signals';
import type { RouteResponse } from '../../../protocol/rest.ts';
import type { RecordingView, ShareView } from '../../../protocol/recordings.ts';
import type { Loadable } from '../models.ts';

/** A recording with the addresses of its files, good for an hour. */
export type OpenedRecording = RouteResponse<'openRecording'>;

/** Recordings of one's own. What is done rejects with a RequestError. */
export interface OwnRecordingsModel {
  readonly recordings: ReadonlySignal<Loadable<readonly RecordingView[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** Never rejects. */
  readonly refresh: () => Promise<void>;
  loadMore(): Promise<void>;
  start(meeting: string, what: { composite: boolean; tracks: boolean }): Promise<void>;
  stop(recordingId: string): Promise<void>;
  rename(recordingId: string, title: string): Promise<void>;
  remove(recordingId: string): Promise<void>;
  open(recordingId: string): Promise<OpenedRecording>;
  /** @param file of WebVTT */
  setTranscript(recordingId: string, file: Blob): Promise<void>;
  removeTranscript(recordingId: string): Promise<void>;
  shares(recordingId: string): Promise<readonly ShareView[]>;
  /** @returns path of the page that the link opens */
  share(
    recordingId: string,
    how: { days: number; withChat: boolean },
  ): Promise<{ share: ShareView; path: string }>;
  revoke(recordingId: string, shareId: string): Promise<void>;
}
