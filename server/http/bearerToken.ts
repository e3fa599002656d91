import type Koa from 'koa';

/** The token of the `Authorization` header. */
export function bearerToken(ctx: Koa.Context): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(ctx.get('Authorization'))?.[1];
}
