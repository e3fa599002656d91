/**
 * Stable error codes. Clients branch on the code; the message is for people and may change.
 * The same codes are used over HTTP and over Socket.IO.
 */
export const ERROR_CODES = [
  /** No such meeting, user or object, or the caller may not know that it exists. */
  'NOT_FOUND',
  /** The meeting is over. */
  'ENDED',
  /** The meeting is scheduled for later and no host is in it; `details.startsAt` says when. */
  'NOT_STARTED',
  /** The caller is known but has no right to do this. */
  'FORBIDDEN',
  /** The meeting admits signed-in people only. */
  'GUESTS_NOT_ALLOWED',
  /** The caller is banned from the meeting. */
  'BANNED',
  /** The meeting has a passcode and none was given. */
  'PASSCODE_REQUIRED',
  /** The passcode given is not the meeting's. */
  'PASSCODE_WRONG',
  /** The meeting is locked: nobody new may enter. */
  'LOCKED',
  /** The meeting has as many participants as its capacity. */
  'FULL',
  /** The same account is in the meeting on another device; join with `takeOver` to move the call. */
  'ALREADY_JOINED',
  /** Too many attempts; `retryAfterMs` says when to try again. */
  'RATE_LIMITED',
  /** No media worker can take the meeting. */
  'NO_CAPACITY',
  /** A part of the server cannot be reached for a moment; the same request may succeed soon. */
  'UNAVAILABLE',
  /** The payload does not fit its schema; `details.issues` lists where. */
  'INVALID_PAYLOAD',
  /** No token, or a bad, expired or revoked one. */
  'UNAUTHENTICATED',
  /** Something with that unique property exists already (an account's email, say). */
  'CONFLICT',
  /** The request does not fit the state of the object (no longer in the meeting, wrong transport …). */
  'INVALID_STATE',
  /** The client speaks an older protocol than the server supports: reload. */
  'CLIENT_TOO_OLD',
  /** A defect of the server; `details.errorId` finds it in the log. */
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What every request may be refused with, over Socket.IO and over HTTP. */
export const COMMON_REFUSALS = [
  'INVALID_PAYLOAD',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];

/** The body of every refusal, over HTTP as `{ error }` and over Socket.IO in the acknowledgement. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  details?: Record<string, unknown>;
  /** Milliseconds after which the same request may succeed. */
  retryAfterMs?: number;
}

/** What every Socket.IO request is acknowledged with. */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: ErrorBody };
