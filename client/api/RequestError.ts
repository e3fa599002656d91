import type { ErrorBody, ErrorCode } from '../../protocol/errors.ts';

/** Codes of what never reached the server or never came back, or cannot be done in this browser. */
export type ClientCode = 'OFFLINE' | 'TIMEOUT' | 'BROWSER_UNSUPPORTED';

/** A request was refused, or got no answer. */
export class RequestError extends Error {
  readonly code: ErrorCode | ClientCode;
  readonly details: Record<string, unknown> | undefined;
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfterMs: number | undefined;

  constructor(
    body: Omit<ErrorBody, 'code' | 'message'> & {
      code: ErrorCode | ClientCode;
      message?: string;
    },
  ) {
    super(body.message ?? body.code);
    this.name = 'RequestError';
    this.code = body.code;
    this.details = body.details;
    this.retryAfterMs = body.retryAfterMs;
  }
}

const UNANSWERED = new Set<string>(['OFFLINE', 'TIMEOUT', 'UNAVAILABLE']);

/** Whether nobody refused: the server, or the part of it that decides, was not reached, or its answer was lost. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof RequestError && UNANSWERED.has(error.code);
}

/** Whether the same may succeed a moment later, for somebody who has a place. */
export function isPassing(error: RequestError): boolean {
  return isUnanswered(error) || error.code === 'RATE_LIMITED' || error.code === 'NO_CAPACITY';
}

/** Any error as a RequestError: what is not one already is a defect of this client. */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  return new RequestError({
    code: 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  });
}
