import type Koa from 'koa';
import type { ErrorCode } from '../../protocol/errors.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { toRefusal } from '../core/toRefusal.ts';
import { routeOf } from './requestLog.ts';

/** The status that goes with each code. */
const STATUS: Record<ErrorCode, number> = {
  NOT_FOUND: 404,
  ENDED: 410,
  NOT_STARTED: 409,
  FORBIDDEN: 403,
  GUESTS_NOT_ALLOWED: 403,
  BANNED: 403,
  PASSCODE_REQUIRED: 403,
  PASSCODE_WRONG: 403,
  LOCKED: 423,
  FULL: 409,
  ALREADY_JOINED: 409,
  RATE_LIMITED: 429,
  NO_CAPACITY: 503,
  UNAVAILABLE: 503,
  INVALID_PAYLOAD: 400,
  UNAUTHENTICATED: 401,
  CONFLICT: 409,
  INVALID_STATE: 409,
  CLIENT_TOO_OLD: 400,
  INTERNAL: 500,
};

interface TransportErrorOptions {
  message: string;
  headers?: Record<string, string>;
}

/** A refusal for which HTTP has a status of its own, beside the code that scripts branch on. */
export class TransportError extends AppError {
  readonly status: 405 | 413 | 415;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    status: TransportError['status'],
    { message, headers = {} }: TransportErrorOptions,
  ) {
    super(code, { message });
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Answers every failure with a coded body. What is not an `AppError` is a defect: it is logged with
 * an id, and the id is all that the client learns.
 */
export function answerErrors(logger: Logger): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const refusal = toRefusal(error, { route: routeOf(ctx) }, logger);
      ctx.status = refusal instanceof TransportError ? refusal.status : STATUS[refusal.code];
      ctx.set('Cache-Control', 'no-store');
      if (refusal instanceof TransportError) ctx.set({ ...refusal.headers });
      if (refusal.code === 'UNAUTHENTICATED') ctx.set('WWW-Authenticate', 'Bearer');
      if (refusal.retryAfterMs !== undefined) {
        ctx.set('Retry-After', String(Math.ceil(refusal.retryAfterMs / 1_000)));
      }
      ctx.body = { error: refusal.toBody() };
    }
  };
}
