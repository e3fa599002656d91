import { AppError } from '../../core/AppError.ts';

/** What a node's executor throws by itself, told by name: who talks to nodes is not known here. */
const NOT_REACHED = new Set(['UnreachableError', 'MeshTimeoutError']);
const RETRY_AFTER_MS = 1_000;

export function isUnreachable(error: unknown): boolean {
  return error instanceof Error && NOT_REACHED.has(error.name);
}

/** A command whose node could not be reached has failed, and nothing else has: it can be tried again. */
export function toCommandError(error: unknown): unknown {
  return isUnreachable(error) ? unavailable(error) : error;
}

/** It can be tried again. */
export function unavailable(cause?: unknown): AppError {
  return new AppError('UNAVAILABLE', {
    message: 'This part of the meeting cannot be reached right now.',
    retryAfterMs: RETRY_AFTER_MS,
    cause,
  });
}
