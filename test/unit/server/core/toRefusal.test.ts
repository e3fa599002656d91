import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../server/core/AppError.ts';
import { createLogger } from '../../../../server/core/logger.ts';
import { toRefusal } from '../../../../server/core/toRefusal.ts';

const logger = createLogger('silent', 'json');
const refusalOf = (error: unknown) => toRefusal(error, {}, logger);
const withCode = (code: string) => Object.assign(new Error('no'), { code });

describe('what a client is told of an error', () => {
  it('is the refusal itself, where it is one', () => {
    const refusal = new AppError('FULL');
    expect(refusalOf(refusal)).toBe(refusal);
  });

  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['several of them', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['a PostgreSQL that stops', withCode('57P01')],
    ['one that starts', withCode('57P03')],
    ['a connection that ended under a query', new Error('Connection terminated unexpectedly')],
  ])('is to come back soon, of %s', (_what, error) => {
    expect(refusalOf(error).toBody()).toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: expect.any(Number) as number,
    });
  });

  it.each([
    ['a defect', new TypeError('x is not a function')],
    ['a broken constraint', withCode('23505')],
    ['what is no error at all', 'oops'],
  ])('is nothing but where it is logged, of %s', (_what, error) => {
    const { code, message, details } = refusalOf(error).toBody();
    expect(code).toBe('INTERNAL');
    expect(details).toEqual({ errorId: expect.any(String) as string });
    expect(message).not.toContain('function');
  });
});
