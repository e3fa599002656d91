import type Router from '@koa/router';
import type Koa from 'koa';
import { clientAddress } from '../auth/clientAddress.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import { AppError } from '../core/AppError.ts';
import type { LiveAccess } from '../live/LiveAccess.ts';
import { bearerToken } from './bearerToken.ts';
import { LISTENER_COOKIE } from './cookies.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/api/rooms/:roomId/keys/:nonce/:number';
/** As it is given out. */
const KEY = /^\/api\/rooms\/([A-Za-z0-9_-]{1,64})\/keys\/([A-Za-z0-9_-]{1,64})\/(0|[1-9]\d{0,14})$/;
const POLLED = /^\/api\/rooms\/[A-Za-z0-9_-]{1,64}\/(status|chat)$/;

export interface LiveKeyDeps {
  access: Pick<LiveAccess, 'key'>;
  trustProxy: number;
}

/** Gives out the keys of segments, to those whose PIN was accepted. */
export function addLiveKeys(router: Router, { access, trustProxy }: LiveKeyDeps): void {
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    ctx.set('Cache-Control', 'no-store');
    const [, roomId, nonce, number] = KEY.exec(ctx.path) ?? [];
    if (roomId === undefined || nonce === undefined) throw new AppError('NOT_FOUND');
    const token = bearerToken(ctx) ?? ctx.cookies.get(LISTENER_COOKIE);
    const address = clientAddress(ctx.req, trustProxy);
    const wanted = { roomId, nonce, number: Number(number) };
    ctx.body = await access.key(wanted, token, address);
    ctx.type = 'application/octet-stream';
  });
}

/**
 * Counts what every listener asks for again and again: a school behind one address may be all of them.
 * @returns whether it was such a request, which counts under no other limit
 * @throws AppError RATE_LIMITED
 */
export async function countListener(
  ctx: Koa.Context,
  rateLimits: Pick<RateLimits, 'consume'>,
  trustProxy: number,
): Promise<boolean> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false;
  // Refused ones count where they are refused.
  if (KEY.test(ctx.path)) return true;
  const [, polled] = POLLED.exec(ctx.path) ?? [];
  if (polled === undefined) return false;
  const limit = polled === 'chat' ? 'readLiveChatPerAddress' : 'watchLivePerAddress';
  await rateLimits.consume(limit, clientAddress(ctx.req, trustProxy));
  return true;
}
