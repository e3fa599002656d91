import type Koa from 'koa';

const PREFLIGHT_MAX_AGE_SEC = 600;

/**
 * Lets pages of the given origins use the API. Without any, no answer carries a header that would
 * let another origin's page read it. Credentials are never allowed: tokens go in a header.
 */
export function allowOrigins(origins: readonly string[]): Koa.Middleware {
  return async (ctx, next) => {
    if (origins.length > 0) ctx.vary('Origin');
    const origin = ctx.get('Origin');
    if (!origins.includes(origin)) {
      await next();
      return;
    }
    ctx.set('Access-Control-Allow-Origin', origin);
    ctx.set('Access-Control-Expose-Headers', 'Retry-After');
    if (ctx.method !== 'OPTIONS') {
      await next();
      return;
    }
    ctx.set('Access-Control-Allow-Methods', 'GET, POST, PATCH, DELETE');
    ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
    ctx.set('Access-Control-Max-Age', String(PREFLIGHT_MAX_AGE_SEC));
    ctx.status = 204;
  };
}
