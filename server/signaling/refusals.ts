import { AppError } from '../core/AppError.ts';

/** Whether there is no such meeting, or none any more. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'ENDED');
}

/** Whether it may be done later: no owner was in reach, or what it needs was away. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'UNAVAILABLE';
}
