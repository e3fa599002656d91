import type Router from '@koa/router';
import type Koa from 'koa';
import { AppError } from '../core/AppError.ts';
import type { LiveFiles } from '../live/LiveFiles.ts';
import { parseLiveFile } from '../live/liveFileNames.ts';
import { byteRangeOf } from './byteRange.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/live/:roomId/hls/{*file}';
/** Matched against the address as it stands: what is encoded in it is no name of ours. */
const FILE = /^\/live\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/hls\/([^%]+)$/;
const TYPES = { playlist: 'application/vnd.apple.mpegurl', segment: 'video/mp2t' };
const CACHE = {
  // So that a CDN asks once for all of its listeners.
  playlist: 'public, max-age=1',
  segment: 'public, max-age=86400, immutable',
};
const GONE_CACHE = 'public, max-age=1';
const DAY_SEC = 86_400;

export interface LiveFileDeps {
  files: Pick<LiveFiles, 'read'>;
}

/**
 * Serves what mixers write, to anybody: segments are encrypted, and only who knew the PIN gets their keys. A CDN may
 * stand in front, and pages of other origins may play it.
 */
export function addLiveFiles(router: Router, { files }: LiveFileDeps): void {
  router.options(PATH, (ctx) => {
    setRoute(ctx, PATH);
    openToAll(ctx);
    ctx.set('Access-Control-Allow-Methods', 'GET, HEAD');
    ctx.set('Access-Control-Allow-Headers', 'Range');
    ctx.set('Access-Control-Max-Age', String(DAY_SEC));
    ctx.status = 204;
  });
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    openToAll(ctx);
    try {
      await answer(ctx, files);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
      // A moment later it may be there, and until then a CDN answers.
      ctx.status = 404;
      ctx.set('Cache-Control', GONE_CACHE);
      ctx.body = { error: error.toBody() };
    }
  });
}

async function answer(ctx: Koa.Context, files: LiveFileDeps['files']): Promise<void> {
  const [, roomId = '', name = ''] = FILE.exec(ctx.path) ?? [];
  const file = parseLiveFile(name);
  if (!file) throw new AppError('NOT_FOUND');
  const content = await files.read(roomId, file);
  ctx.type = TYPES[file.kind];
  ctx.set('Cache-Control', CACHE[file.kind]);
  if (file.kind === 'playlist') {
    ctx.body = content;
    return;
  }
  ctx.set('Accept-Ranges', 'bytes');
  const range = byteRangeOf(ctx.get('Range'), content.length);
  if (range === 'unsatisfiable') {
    ctx.body = null;
    ctx.status = 416;
    ctx.set('Content-Range', `bytes */${content.length}`);
    return;
  }
  if (!range) {
    ctx.body = content;
    return;
  }
  ctx.status = 206;
  ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${content.length}`);
  ctx.body = content.subarray(range.start, range.end + 1);
}

function openToAll(ctx: Koa.Context): void {
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Access-Control-Expose-Headers', 'Content-Range, Accept-Ranges');
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
}
