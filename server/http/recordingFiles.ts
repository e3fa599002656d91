import type Router from '@koa/router';
import type Koa from 'koa';
import { id } from '../../protocol/primitives.ts';
import { AppError } from '../core/AppError.ts';
import type { RecordingAccess } from '../live/recordings/RecordingAccess.ts';
import type { RecordingStorage } from '../live/recordings/RecordingStorage.ts';
import type { RecordingFile } from '../live/recordings/stores.ts';
import { byteRangeOf } from './byteRange.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/api/recordings/:recordingId/files/:fileId';

export interface RecordingFileDeps {
  access: Pick<RecordingAccess, 'file'>;
  storage: Pick<RecordingStorage, 'read'>;
}

/** Where a file can be had with a ticket. */
export function recordingFilePath(
  { recordingId, id: fileId }: Pick<RecordingFile, 'recordingId' | 'id'>,
  ticket: string,
): string {
  return `/api/recordings/${recordingId}/files/${fileId}?ticket=${ticket}`;
}

/** Serves files of recordings, in parts as players seek in them, to whoever has a ticket. */
export function addRecordingFiles(router: Router, { access, storage }: RecordingFileDeps): void {
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    const { recordingId, fileId } = ctx.params as Record<string, string | undefined>;
    const { ticket } = ctx.query;
    if (!id.safeParse(recordingId).success || !id.safeParse(fileId).success) {
      throw new AppError('NOT_FOUND');
    }
    if (typeof ticket !== 'string') throw new AppError('UNAUTHENTICATED');
    const file = await access.file(recordingId ?? '', fileId ?? '', ticket);
    if ('download' in ctx.query) ctx.attachment(file.name);
    await answerRecordingFile(ctx, file, storage);
  });
}

/** Answers with a file, or the part of it that is asked for. */
export async function answerRecordingFile(
  ctx: Koa.Context,
  file: RecordingFile,
  storage: Pick<RecordingStorage, 'read'>,
): Promise<void> {
  // Never as a page of this origin.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'private, no-store');
  ctx.set('Accept-Ranges', 'bytes');
  ctx.type = file.type;
  const range = byteRangeOf(ctx.get('Range'), file.bytes);
  if (range === 'unsatisfiable') {
    ctx.body = null;
    ctx.status = 416;
    ctx.set('Content-Range', `bytes */${file.bytes}`);
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 };
  if (ctx.method === 'HEAD') ctx.status = range ? 206 : 200;
  else {
    const { type } = file;
    ctx.body = await storage.read(file.key, range ?? undefined);
    ctx.type = type;
    if (range) ctx.status = 206;
  }
  ctx.length = end - start + 1;
  if (range) ctx.set('Content-Range', `bytes ${start}-${end}/${file.bytes}`);
}
