import type { z } from 'zod';
import { AppError } from './AppError.ts';

/** Issues listed in a refusal; the first ones say enough. */
const MAX_ISSUES = 10;

/** What a client sent, as its schema has it. @throws AppError INVALID_PAYLOAD saying where it does not fit */
export function parsePayload<S extends z.ZodType>(schema: S, payload: unknown): z.output<S> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new AppError('INVALID_PAYLOAD', { details: { issues } });
}
