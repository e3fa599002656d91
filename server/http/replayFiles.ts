import type Router from '@koa/router';
import { roomId as roomIdSchema } from '../../protocol/live.ts';
import { AppError } from '../core/AppError.ts';
import type { RecordingStorage } from '../live/recordings/RecordingStorage.ts';
import type { Replays } from '../live/Replays.ts';
import { answerRecordingFile } from './recordingFiles.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/api/rooms/:roomId/replay/video.mp4';

export interface ReplayFileDeps {
  replays: Pick<Replays, 'file'>;
  storage: Pick<RecordingStorage, 'read'>;
}

/** Where the video can be had with a ticket. */
export function replayFilePath(roomId: string, ticket: string): string {
  return `/api/rooms/${roomId}/replay/video.mp4?ticket=${ticket}`;
}

/** Serves what listeners watch when a room is over, in parts as players seek in it, to whoever has a ticket. */
export function addReplayFiles(router: Router, { replays, storage }: ReplayFileDeps): void {
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    const { roomId } = ctx.params as Record<string, string | undefined>;
    const room = roomIdSchema.safeParse(roomId);
    if (!room.success) throw new AppError('NOT_FOUND');
    const { ticket } = ctx.query;
    if (typeof ticket !== 'string') throw new AppError('UNAUTHENTICATED');
    await answerRecordingFile(ctx, await replays.file(room.data, ticket), storage);
  });
}
