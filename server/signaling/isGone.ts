import { AppError } from '../core/AppError.ts';

/** Whether there is no such meeting, or none any more. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'ENDED');
}
