import { finished } from 'node:stream';
import type Koa from 'koa';
import type { Logger } from '../core/logger.ts';

/** Told of every request when its answer has gone out or its client is gone. */
export type HttpObserver = (method: string, route: string, status: number, seconds: number) => void;

/**
 * What a request is logged and measured as: the pattern of its route, never its path, which may
 * hold a join code and would make metrics grow without bound.
 */
export function routeOf(ctx: Koa.Context): string {
  const { route } = ctx.state as { route?: string };
  return route ?? 'unknown';
}

export function setRoute(ctx: Koa.Context, route: string): void {
  ctx.state['route'] = route;
}

/** Logs and measures every request. */
export function logRequests(logger: Logger, observe: HttpObserver): Koa.Middleware {
  return (ctx, next) => {
    const began = performance.now();
    finished(ctx.res, () => {
      const ms = performance.now() - began;
      const { method, status } = ctx;
      const route = routeOf(ctx);
      observe(method, route, status, ms / 1_000);
      logger.debug({ method, route, status, ms: Math.round(ms) }, 'http request');
    });
    return next();
  };
}
