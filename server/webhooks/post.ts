/** What came of one attempt: its HTTP status, or why there was none. */
export interface Outcome {
  delivered: boolean;
  status: number | null;
  error: string | null;
  /** How long the receiver wants to be left alone, in milliseconds (RFC 9110, Retry-After). */
  retryAfterMs: number;
}

/**
 * Posts JSON once. Redirects are not followed: what is told there was not meant for wherever they
 * lead. Of the answer nothing but the status is read.
 */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  { timeoutMs, stop }: { timeoutMs: number; stop: AbortSignal },
): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Parley-Webhooks', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
    return { delivered: response.ok, status: response.status, error: null, retryAfterMs };
  } catch (error) {
    return { delivered: false, status: null, error: reasonOf(error, timeoutMs), retryAfterMs: 0 };
  }
}

/**
 * Milliseconds that the value of a Retry-After header asks for, as seconds or as a date; 0 of anything else.
 * @param now milliseconds since the Unix epoch
 */
export function parseRetryAfter(value: string | null, now: number): number {
  if (value === null) return 0;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return ms > 0 ? ms : 0;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  // What fetch throws says only that it failed; its cause has ECONNREFUSED and the like.
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : error.message;
}
