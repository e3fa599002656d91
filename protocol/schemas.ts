import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** A client → server request over Socket.IO. */
export interface RequestSchema {
  /** Its payload. */
  input: z.ZodType;
  /** What its acknowledgement carries. */
  output: z.ZodType;
  /** Whether a client may send it again when the acknowledgement was lost: it then has the same effect once. */
  idempotent: boolean;
  /** What it may be refused with beside the codes that every request may be. */
  refusals: readonly ErrorCode[];
}

/** An HTTP route. */
export interface RouteSchema {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /**
   * Who may call: anyone, anyone with or without a token, a guest or account, an account only, an
   * operator's account or whoever has the operators' token, whoever entered a live room as a listener.
   */
  auth: 'none' | 'optional' | 'any' | 'account' | 'operator' | 'listener';
  status: number;
  /** What may stand behind the `?`; without it, nothing may. */
  query?: z.ZodType;
  body: z.ZodType | null;
  /** Media types of a body that is not JSON; it is then handed on as bytes. */
  content?: readonly string[];
  response: z.ZodType | null;
  /** Codes beside those that every request, and every one with a token, may be refused with. */
  refusals: readonly ErrorCode[];
}
