import type { Ack, ErrorCode } from '../../protocol/errors.ts';
import {
  isUserRequest,
  requests,
  type MeetingRequestName,
  type RequestInput,
  type RequestName,
} from '../../protocol/requests.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { parsePayload } from '../core/parsePayload.ts';
import { toRefusal } from '../core/toRefusal.ts';
import type { Connection } from './Connection.ts';
import type { EdgeRequests } from './EdgeRequests.ts';
import type { UserCaller, UserHandlers } from './handlers/UserHandlers.ts';
import type { TokenBucket } from './TokenBucket.ts';

/** Told of every request that was answered. */
export type RequestObserver = (name: string, outcome: 'ok' | ErrorCode, seconds: number) => void;

export interface RequestContext {
  connection: Connection;
  caller: UserCaller;
  rate: TokenBucket;
  requests: EdgeRequests;
  userHandlers: UserHandlers;
  observe: RequestObserver;
  logger: Logger;
}

type Acknowledge = (ack: Ack<unknown>) => void;

/**
 * Serves one message of a client: acknowledgement present, rate, strict parse, the meeting's owner or
 * the handler here, acknowledgement, metric. Without an acknowledgement there is nobody to answer: it is dropped.
 */
export async function serveRequest(
  context: RequestContext,
  name: string,
  args: readonly unknown[],
): Promise<void> {
  const acknowledge = args.at(-1);
  const began = performance.now();
  if (typeof acknowledge !== 'function') {
    context.logger.debug({ request: labelOf(name) }, 'request without acknowledgement dropped');
    context.observe(labelOf(name), 'INVALID_PAYLOAD', 0);
    return;
  }
  let answer: Ack<unknown>;
  try {
    answer = { ok: true, data: await handle(context, name, args.slice(0, -1)) };
  } catch (error) {
    const { userId } = context.connection.principal;
    const refusal = toRefusal(error, { request: name, userId }, context.logger);
    answer = { ok: false, error: refusal.toBody() };
  }
  (acknowledge as Acknowledge)(answer);
  const outcome = answer.ok ? 'ok' : answer.error.code;
  context.observe(labelOf(name), outcome, (performance.now() - began) / 1_000);
}

function handle(
  { connection, caller, rate, requests: edge, userHandlers }: RequestContext,
  name: string,
  payloads: readonly unknown[],
): unknown {
  const retryAfterMs = rate.take(performance.now());
  if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
  if (!isRequestName(name)) {
    throw new AppError('INVALID_PAYLOAD', { message: 'There is no such request.' });
  }
  if (payloads.length !== 1) {
    throw new AppError('INVALID_PAYLOAD', { message: 'A request has one payload.' });
  }
  const input: unknown = parsePayload(requests[name].input, payloads[0]);
  // The compiler cannot see that a name's parsed input fits whatever answers that name.
  if (!isUserRequest(name)) {
    return edge.answer(connection, name, input as RequestInput<MeetingRequestName>);
  }
  const answer = userHandlers[name] as (caller: UserCaller, input: unknown) => unknown;
  return answer(caller, input);
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

/** A name that is not ours would make metrics grow without bound. */
function labelOf(name: string): string {
  return isRequestName(name) ? name : 'unknown';
}
