import { z } from 'zod';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import { toRefusal } from '../core/toRefusal.ts';

/** What one node may send to another at once, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** No character takes more in UTF-8 for each unit of a string. */
const MAX_BYTES_PER_UNIT = 3;

const wireError = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('app'),
    // A newer node may know more codes.
    code: z.enum(ERROR_CODES).catch('INTERNAL'),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
    retryAfterMs: z.number().optional(),
  }),
  z.object({ type: z.literal('stale-epoch'), meetingId: z.string(), epoch: z.number() }),
]);
export type WireError = z.infer<typeof wireError>;

/** Milliseconds by the sender's own clock, whose zero is anywhere. */
const stamp = z.number();
/** Of a call, unique among the calls of its sender to this peer. */
const id = z.int();

const envelope = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    id,
    operation: z.string(),
    args: z.unknown().optional(),
    /** From `at` on, the caller waits this many milliseconds. */
    ttlMs: z.number(),
    at: stamp,
  }),
  z.object({
    kind: z.literal('tell'),
    operation: z.string(),
    args: z.unknown().optional(),
    at: stamp,
  }),
  z.object({ kind: z.literal('answer'), id, data: z.unknown().optional(), at: stamp }),
  z.object({ kind: z.literal('refusal'), id, error: wireError, at: stamp }),
  z.object({ kind: z.literal('ping'), at: stamp }),
  /** `of`: stamp of the ping. */
  z.object({ kind: z.literal('pong'), of: stamp, at: stamp }),
]);

/** One message between two nodes, as it is on the wire. */
export type Envelope = z.infer<typeof envelope>;
/** What links keep to themselves. */
export type Heartbeat = Extract<Envelope, { kind: 'ping' | 'pong' }>;
export type Message = Exclude<Envelope, Heartbeat>;

type Unstamped<E> = E extends Envelope ? Omit<E, 'at'> : never;
export type UnstampedEnvelope = Unstamped<Envelope>;
export type UnstampedMessage = Unstamped<Message>;

/** @throws Error when the frame is no envelope */
export function decode(frame: string): Envelope {
  return envelope.parse(JSON.parse(frame));
}

/** @throws TypeError when it is no plain data, RangeError when it is too large */
export function encode(content: Envelope): string {
  const frame = JSON.stringify(content);
  // Counting is only worth it for what could be too large.
  const couldBeTooLarge = frame.length * MAX_BYTES_PER_UNIT > MAX_FRAME_BYTES;
  if (couldBeTooLarge && Buffer.byteLength(frame) > MAX_FRAME_BYTES) {
    throw new RangeError(`a message between nodes has at most ${MAX_FRAME_BYTES} bytes`);
  }
  return frame;
}

/** The value as it would arrive at another node. @throws TypeError when it is no plain data */
export function plain(value: unknown): unknown {
  // What JSON has no text for, undefined above all, has no text here either.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}

/** What a caller may be told of an error; of any other than ours, only where it is in the log. */
export function presentable(
  error: unknown,
  context: { operation: string; from: string },
  logger: Logger,
): AppError | StaleEpochError {
  return error instanceof StaleEpochError ? error : toRefusal(error, context, logger);
}

export function toWire(error: AppError | StaleEpochError): WireError {
  if (error instanceof AppError) return { type: 'app', ...error.toBody() };
  return { type: 'stale-epoch', meetingId: error.meetingId, epoch: error.epoch };
}

export function fromWire(error: WireError): AppError | StaleEpochError {
  switch (error.type) {
    case 'app': {
      const { code, message, details, retryAfterMs } = error;
      return new AppError(code, {
        message,
        ...(details && { details }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
    case 'stale-epoch':
      return new StaleEpochError(error.meetingId, error.epoch);
  }
}
