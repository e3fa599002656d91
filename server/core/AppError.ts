import type { ErrorBody, ErrorCode } from '../../protocol/errors.ts';

/** What each code says to a person when the thrower has nothing better to say. */
const DEFAULT_MESSAGES: Record<ErrorCode, string> = {
  NOT_FOUND: 'This does not exist.',
  ENDED: 'This meeting is over.',
  NOT_STARTED: 'This meeting has not started yet.',
  FORBIDDEN: 'You are not allowed to do this.',
  GUESTS_NOT_ALLOWED: 'This meeting is for signed-in people only.',
  BANNED: 'You cannot enter this meeting.',
  PASSCODE_REQUIRED: 'This meeting needs a passcode.',
  PASSCODE_WRONG: 'This is not the passcode.',
  LOCKED: 'This meeting is locked.',
  FULL: 'This meeting is full.',
  ALREADY_JOINED: 'You are in this meeting on another device.',
  RATE_LIMITED: 'Too many attempts. Wait a moment and try again.',
  NO_CAPACITY: 'The server cannot take another meeting right now.',
  UNAVAILABLE: 'A part of the server cannot be reached. Try again in a moment.',
  INVALID_PAYLOAD: 'The request is malformed.',
  UNAUTHENTICATED: 'Sign in to continue.',
  CONFLICT: 'This exists already.',
  INVALID_STATE: 'This is not possible now.',
  CLIENT_TOO_OLD: 'Reload the page to get the current version.',
  INTERNAL: 'Something went wrong on the server.',
};

interface AppErrorOptions {
  message?: string;
  details?: Record<string, unknown>;
  retryAfterMs?: number;
  cause?: unknown;
}

/** A refusal with a stable code: the only kind of error whose content reaches a client. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? DEFAULT_MESSAGES[code], { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** What is sent to the client. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.details && { details: this.details }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }
}
