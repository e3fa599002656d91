import { isIPv4 } from 'node:net';
import type Router from '@koa/router';
import type Koa from 'koa';
import { isSameSecret } from '../auth/secrets.ts';
import type { Config } from '../config/loadConfig.ts';
import { AppError } from '../core/AppError.ts';
import { bearerToken } from './bearerToken.ts';
import { setRoute } from './requestLog.ts';

export interface OperationsDeps {
  /** Why the server should get no new clients; empty when it should. */
  ready: () => Promise<string[]>;
  metrics: () => Promise<{ contentType: string; body: string }>;
  access: Config['metrics'];
}

/** What an operator's tools ask: is it alive, may it get clients, how is it doing. */
export function addOperations(router: Router, { ready, metrics, access }: OperationsDeps): void {
  const add = (path: string, answer: (ctx: Koa.Context) => Promise<void> | void) =>
    router.get(path, (ctx) => {
      setRoute(ctx, path);
      ctx.set('Cache-Control', 'no-store');
      return answer(ctx);
    });

  add('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  add('/readyz', async (ctx) => {
    const problems = await ready();
    ctx.status = problems.length === 0 ? 200 : 503;
    ctx.body = { status: problems.length === 0 ? 'ready' : 'not ready', problems };
  });

  add('/metrics', async (ctx) => {
    if (!access.enabled) throw new AppError('NOT_FOUND');
    if (access.token !== null) assertToken(ctx, access.token);
    else if (!isLocal(ctx)) throw new AppError('FORBIDDEN');
    const { contentType, body } = await metrics();
    ctx.type = contentType;
    ctx.body = body;
  });
}

function assertToken(ctx: Koa.Context, expected: string): void {
  if (!isSameSecret(bearerToken(ctx) ?? '', expected)) throw new AppError('UNAUTHENTICATED');
}

/** From a program on this machine; what a proxy on this machine passes on does not count. */
function isLocal({ req }: Koa.Context): boolean {
  const { 'x-forwarded-for': forwardedFor, forwarded } = req.headers;
  if (forwardedFor !== undefined || forwarded !== undefined) return false;
  const address = (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
