import { WebSocket } from 'ws';
import { monotonicMs, SOCKET_OPTIONS } from './MeshLink.ts';

export const MESH_PATH = '/mesh';
/** The acceptor's own proof of who it is, in its answer to the handshake. */
export const ACCEPTOR_HEADER = 'parley-mesh-token';

/** How a node that is dialled says why not, as HTTP status. */
export const REFUSALS = {
  /** Not a node of this cluster. */
  unauthorized: 401,
  notFound: 404,
  /** Its own dial to the caller is under way, and goes first. */
  busy: 409,
  /** The address is another instance's by now. */
  misdirected: 421,
  upgradeRequired: 426,
} as const;

/**
 * What became of a dial. `gone`: nothing listens there, or another instance; `busy`: the peer dials
 * us itself; `broken`: the connection ended before it was one; `rejected`: the peer is there and
 * does not want us, or is not who it should be; `unanswered`: nothing came back.
 */
export type DialOutcome = 'opened' | 'gone' | 'busy' | 'broken' | 'rejected' | 'unanswered';

interface DialOptions {
  token: string;
  /** Throws when the peer's proof is not good. */
  verify: (token: string) => void;
  timeoutMs: number;
  signal: AbortSignal;
  /** Called in the moment in which the socket is open, before anything is read from it. */
  opened: (socket: WebSocket, sentAt: number) => void;
}

/** Tries once to open a connection. Never rejects; an aborted dial is `broken`. */
export async function dial(url: string, options: DialOptions): Promise<DialOutcome> {
  if (!URL.canParse(MESH_PATH, url)) return 'rejected';
  const sentAt = monotonicMs();
  const socket = new WebSocket(new URL(MESH_PATH, url), {
    headers: { authorization: `Bearer ${options.token}` },
    ...SOCKET_OPTIONS,
  });
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome: DialOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal.removeEventListener('abort', abort);
      resolve(outcome);
      if (outcome !== 'opened') socket.terminate();
    };
    const abort = (): void => settle('broken');
    const timer = setTimeout(() => settle('unanswered'), options.timeoutMs);
    options.signal.addEventListener('abort', abort);
    socket.once('upgrade', ({ headers }) => {
      try {
        options.verify(String(headers[ACCEPTOR_HEADER]));
      } catch {
        settle('rejected');
      }
    });
    socket.once('open', () => {
      if (settled) return;
      settle('opened');
      options.opened(socket, sentAt);
    });
    socket.once('unexpected-response', (_request, { statusCode }) => settle(outcomeOf(statusCode)));
    // Stays: a socket that is terminated while it connects fails afterwards.
    socket.on('error', (error) => settle(outcomeOfError(error)));
  });
}

function outcomeOf(status: number | undefined): DialOutcome {
  if (status === REFUSALS.busy) return 'busy';
  return status === REFUSALS.misdirected ? 'gone' : 'rejected';
}

const UNREACHABLE_CODES = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'];

function outcomeOfError(error: Error): DialOutcome {
  // A name with several addresses fails with one error for each.
  const errors = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  const codes = errors.map((each) => ('code' in each ? String(each.code) : ''));
  if (codes.every((code) => code === 'ECONNREFUSED')) return 'gone';
  return codes.some((code) => UNREACHABLE_CODES.includes(code)) ? 'unanswered' : 'broken';
}
