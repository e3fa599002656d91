import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type Koa from 'koa';
import { setRoute } from './requestLog.ts';

/** Vite puts a hash of the content into the names below this path. */
const HASHED = '/assets/';
const HASHED_CACHE = 'public, max-age=31536000, immutable';
/** Kept, and asked for again each time whether it is still the current one. */
const CHANGING_CACHE = 'no-cache';

/** Encodings that the build leaves beside a file, best first. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS;

interface ClientFile {
  content: Buffer;
  encoded: Partial<Record<Encoding, Buffer>>;
  etag: string;
}

/**
 * Serves the built client: its files, and `index.html` for every address of a page in it. All of it
 * is read at the start (some 2 MB), so that a build made under a running server changes nothing of
 * what it serves until its restart, and no request waits for the disk.
 */
export function serveClient(folder: string): Koa.Middleware {
  const files = readFiles(folder);
  const page = files.get('/index.html');
  return async (ctx, next) => {
    const reads = ctx.method === 'GET' || ctx.method === 'HEAD';
    const file = reads ? files.get(ctx.path) : undefined;
    if (file) send(ctx, ctx.path, file);
    else if (page && reads && isPage(ctx)) send(ctx, '/index.html', page);
    else await next();
  };
}

function readFiles(folder: string): ReadonlyMap<string, ClientFile> {
  const files = new Map<string, ClientFile>();
  if (!existsSync(folder)) return files;
  const suffixes = Object.values(ENCODINGS) as string[];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.') || suffixes.includes(extname(entry.name))) {
      continue;
    }
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, readClientFile(path));
  }
  return files;
}

function readClientFile(path: string): ClientFile {
  const content = readFileSync(path);
  const encoded: ClientFile['encoded'] = {};
  for (const [encoding, suffix] of Object.entries(ENCODINGS) as [Encoding, string][]) {
    if (existsSync(path + suffix)) encoded[encoding] = readFileSync(path + suffix);
  }
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  // Weak: the encodings of a file share it.
  return { content, encoded, etag: `W/"${hash}"` };
}

function send(ctx: Koa.Context, path: string, file: ClientFile): void {
  setRoute(ctx, 'client');
  ctx.status = 200;
  ctx.type = extname(path);
  ctx.etag = file.etag;
  ctx.set('Cache-Control', path.startsWith(HASHED) ? HASHED_CACHE : CHANGING_CACHE);
  ctx.vary('Accept-Encoding');
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const offered = (Object.keys(ENCODINGS) as Encoding[]).filter((name) => file.encoded[name]);
  const encoding = ctx.acceptsEncodings([...offered, 'identity']) as Encoding | 'identity' | false;
  const content = encoding && encoding !== 'identity' ? file.encoded[encoding] : undefined;
  if (content && encoding) ctx.set('Content-Encoding', encoding);
  ctx.body = content ?? file.content;
}

/** An address that a person may have opened: not the API, not a file that does not exist. */
function isPage(ctx: Koa.Context): boolean {
  const isApiOrFile = /^\/api(\/|$)|\.[^/]*$/.test(ctx.path);
  return !isApiOrFile && ctx.accepts('html') === 'html';
}
