import { ERROR_CODES, type ErrorBody } from '../../protocol/errors.ts';
import { routes, type RouteBody, type RouteName, type RouteResponse } from '../../protocol/rest.ts';
import { RequestError } from './RequestError.ts';

const TIMEOUT_MS = 15_000;

interface CallOptions<N extends RouteName> {
  body?: RouteBody<N>;
  /** Values of `:names` in the path. */
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** A listener's, for routes that are for listeners. */
  token?: string;
  /** Media type of a body that is a file. */
  type?: string;
}

/** The HTTP half of the server's API. */
export class RestClient {
  readonly #fetch: typeof fetch;
  readonly #token: () => string | null;

  /** @param token asked for at every call; null sends none */
  constructor(token: () => string | null, fetchImplementation: typeof fetch = fetch) {
    this.#token = token;
    // Browsers insist on their own receiver.
    this.#fetch = fetchImplementation.bind(globalThis);
  }

  /** @throws RequestError */
  async call<N extends RouteName>(
    name: N,
    { body, params = {}, query = {}, token: given, type = 'application/json' }: CallOptions<N> = {},
  ): Promise<RouteResponse<N>> {
    const route = routes[name];
    const path = route.path.replace(/:(\w+)/g, (_, key: string) =>
      encodeURIComponent(params[key] ?? ''),
    );
    const search = new URLSearchParams(query).toString();
    const own = route.auth === 'none' || route.auth === 'listener' ? null : this.#token();
    const token = given ?? own;
    const response = await this.#send(search === '' ? path : `${path}?${search}`, {
      method: route.method,
      headers: {
        ...(body !== undefined && { 'content-type': type }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: isFile(body) ? body : JSON.stringify(body) }),
    });
    if (!response.ok) throw await refusal(response);
    // The compiler cannot see that a route's response schema parses into that route's response.
    if (route.response === null) return undefined as RouteResponse<N>;
    return route.response.parse(await response.json()) as RouteResponse<N>;
  }

  /** A picture that is for oneself only. @param address as the server told it @throws RequestError */
  async fetchPicture(address: string): Promise<Blob> {
    const token = this.#token();
    const response = await this.#send(address, {
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }) },
    });
    if (!response.ok) throw await refusal(response);
    try {
      return await response.blob();
    } catch {
      // It broke off.
      throw new RequestError({ code: 'OFFLINE' });
    }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      throw new RequestError({ code: timedOut ? 'TIMEOUT' : 'OFFLINE' });
    }
  }
}

/** What is sent as it is. */
function isFile(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array;
}

async function refusal(response: Response): Promise<RequestError> {
  const answer: unknown = await response.json().catch(() => null);
  const error = (answer as { error?: unknown } | null)?.error;
  if (isErrorBody(error)) return new RequestError(error);
  // A proxy in between answers for a server that it cannot reach.
  return new RequestError({ code: response.status >= 502 ? 'OFFLINE' : 'INTERNAL' });
}

function isErrorBody(value: unknown): value is ErrorBody {
  if (typeof value !== 'object' || value === null || !('code' in value)) return false;
  return (ERROR_CODES as readonly unknown[]).includes(value.code);
}
