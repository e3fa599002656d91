import { bodyParser } from '@koa/bodyparser';
import type Koa from 'koa';
import { AppError } from '../core/AppError.ts';
import { TransportError } from './errors.ts';

/**
 * Reads JSON into `ctx.request.body`.
 * @throws AppError INVALID_PAYLOAD when the body is too large, of another type or not JSON; what was
 * sent is in none of them, it may hold a password
 */
export function jsonBody(maxBytes: number): Koa.Middleware {
  const parse = bodyParser({
    enableTypes: ['json'],
    jsonLimit: maxBytes,
    parsedMethods: ['POST', 'PATCH', 'DELETE'],
    onError: (error) => {
      throw toRefusal(error, maxBytes);
    },
  });
  return async (ctx, next) => {
    // Where there is no body, the schema tells what is missing.
    const hasBody = ctx.is() !== null && ctx.request.length !== 0;
    if (hasBody && !ctx.is('application/json')) throw unsupported('Send JSON: application/json.');
    await parse(ctx, next);
  };
}

function toRefusal(error: Error & { status?: number }, maxBytes: number): AppError {
  if (error.status === 413) {
    return new TransportError('INVALID_PAYLOAD', 413, {
      message: `The request is larger than ${maxBytes} bytes.`,
      // The rest of it has not been read.
      headers: { Connection: 'close' },
    });
  }
  if (error.status === 415) return unsupported('Send it as it is, or with gzip, deflate or br.');
  return new AppError('INVALID_PAYLOAD', { message: 'The request is not JSON.' });
}

function unsupported(message: string): TransportError {
  return new TransportError('INVALID_PAYLOAD', 415, { message });
}
