import type Router from '@koa/router';
import type Koa from 'koa';
import { id } from '../../protocol/primitives.ts';
import type { AuthService } from '../auth/AuthService.ts';
import { clientAddress } from '../auth/clientAddress.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import { AppError } from '../core/AppError.ts';
import type { PeopleService } from '../people/PeopleService.ts';
import { bearerToken } from './bearerToken.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/api/avatars/:avatarId';
const IN_MEETINGS = '/api/users/:userId/pictures/:version';
/** As `createSecret` makes them. */
const AVATAR_ID = /^[A-Za-z0-9_-]{43}$/;
/** As `versionOf` makes them. */
const VERSION = /^[A-Za-z0-9_-]{22}$/;
/** The second address, as it is given out. */
const OF_SOMEBODY = /^\/api\/users\/([^/]+)\/pictures\/([^/]+)$/;
const MAX_AGE_SEC = 31_536_000;

export interface AvatarDeps {
  people: Pick<PeopleService, 'avatar' | 'picture'>;
  auth: Pick<AuthService, 'authenticate'>;
  rateLimits: RateLimits;
  trustProxy: number;
}

/**
 * Serves people's pictures in two ways: to whoever has an address that nobody can guess, since images
 * cannot be asked for with a token; and by an address that everybody in a meeting knows to those of
 * them, by their token, who may see it. What is at an address never changes.
 */
export function addAvatars(router: Router, deps: AvatarDeps): void {
  const { people } = deps;
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    const { avatarId = '' } = ctx.params as { avatarId?: string };
    if (!AVATAR_ID.test(avatarId)) throw new AppError('NOT_FOUND');
    answer(ctx, await people.avatar(avatarId), 'public');
  });
  router.get(IN_MEETINGS, async (ctx) => {
    setRoute(ctx, IN_MEETINGS);
    const { userId = '', version = '' } = ctx.params as { userId?: string; version?: string };
    if (!isPicture(userId, version)) throw new AppError('NOT_FOUND');
    const viewerId = await viewerOf(ctx, deps);
    const content = await people.picture(viewerId, userId, version);
    // Somebody else at the same browser may not see it.
    ctx.vary('Authorization');
    answer(ctx, content, 'private');
  });
}

/**
 * Whether a request is counted by whose it is: a school behind one address has many people to look at.
 * Only one that the route counts so: whatever it refuses before is the address's, as everything else.
 */
export function isCountedByPerson({ method, path }: Pick<Koa.Request, 'method' | 'path'>): boolean {
  const [, userId = '', version = ''] = OF_SOMEBODY.exec(path) ?? [];
  return (method === 'GET' || method === 'HEAD') && isPicture(userId, version);
}

function isPicture(userId: string, version: string): boolean {
  return id.safeParse(userId).success && VERSION.test(version);
}

/** @throws AppError UNAUTHENTICATED, and RATE_LIMITED where an address tries too many tokens */
async function viewerOf(
  ctx: Koa.Context,
  { auth, rateLimits, trustProxy }: AvatarDeps,
): Promise<string> {
  try {
    const token = bearerToken(ctx);
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    return (await auth.authenticate(token)).userId;
  } catch (error) {
    await rateLimits.consume('restPerAddress', clientAddress(ctx.req, trustProxy));
    throw error;
  }
}

function answer(ctx: Koa.Context, content: Uint8Array, whose: 'public' | 'private'): void {
  ctx.type = 'image/webp';
  ctx.set('Cache-Control', `${whose}, max-age=${MAX_AGE_SEC}, immutable`);
  // A picture, whatever a browser is told to do with it.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.body = Buffer.from(content);
}
