import type Koa from 'koa';

/** What a listener's token comes in where a player sends no header. */
export const LISTENER_COOKIE = 'parley_live';

/** What a browser sends back for addresses below `path`, and shows to no script. */
export interface Cookie {
  name: string;
  /** Of what stands in a cookie as it is: base64url and dots. */
  value: string;
  path: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** @param isSecure whether the browser is to send it over TLS only */
export function setCookie(ctx: Koa.Context, cookie: Cookie, isSecure: boolean): void {
  const { name, value, path, expiresAt } = cookie;
  const expires = new Date(expiresAt).toUTCString();
  const parts = [`${name}=${value}`, `Path=${path}`, `Expires=${expires}`, 'HttpOnly'];
  ctx.append('Set-Cookie', [...parts, 'SameSite=Lax', ...(isSecure ? ['Secure'] : [])].join('; '));
}

/** Whether the browser speaks TLS, to this server or to the proxies in front, which are believed where there are any. */
export function cameOverTls(ctx: Koa.Context, trustProxy: number): boolean {
  if ('encrypted' in ctx.req.socket) return true;
  const [outermost = ''] = ctx.get('X-Forwarded-Proto').split(',');
  return trustProxy > 0 && outermost.trim().toLowerCase() === 'https';
}
