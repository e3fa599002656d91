import type Koa from 'koa';
import { TransportError } from './errors.ts';

/**
 * Reads a body of one of these types into `ctx.request.body`, as bytes.
 * @throws AppError INVALID_PAYLOAD when it is of another type or too large; the rest is not read
 */
export function rawBody(maxBytes: number, types: readonly string[]): Koa.Middleware {
  return async (ctx, next) => {
    const isFitting = ctx.is([...types]);
    const isPlain = (ctx.get('Content-Encoding') || 'identity') === 'identity';
    if (isFitting === false || isFitting === null || !isPlain) {
      throw new TransportError('INVALID_PAYLOAD', 415, {
        message: `Send it as it is: ${types.join(', ')}.`,
        headers: { Connection: 'close' },
      });
    }
    if (ctx.request.length > maxBytes) throw tooLarge(maxBytes);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
    ctx.request.body = Buffer.concat(chunks);
    await next();
  };
}

function tooLarge(maxBytes: number): TransportError {
  return new TransportError('INVALID_PAYLOAD', 413, {
    message: `The file is larger than ${maxBytes} bytes.`,
    headers: { Connection: 'close' },
  });
}
