import type Router from '@koa/router';
import { AppError } from '../core/AppError.ts';
import type { PeopleService } from '../people/PeopleService.ts';
import { setRoute } from './requestLog.ts';

const PATH = '/api/avatars/:avatarId';
/** As `createSecret` makes them. */
const AVATAR_ID = /^[A-Za-z0-9_-]{43}$/;

/**
 * Serves people's pictures to whoever has the address, which nobody can guess: images cannot be asked for
 * with a token. What is at an address never changes.
 */
export function addAvatars(router: Router, people: Pick<PeopleService, 'avatar'>): void {
  router.get(PATH, async (ctx) => {
    setRoute(ctx, PATH);
    const { avatarId = '' } = ctx.params as { avatarId?: string };
    if (!AVATAR_ID.test(avatarId)) throw new AppError('NOT_FOUND');
    const content = await people.avatar(avatarId);
    ctx.type = 'image/webp';
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    // A picture, whatever a browser is told to do with it.
    ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.body = Buffer.from(content);
  });
}
