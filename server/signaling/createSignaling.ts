import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import { MAX_MESSAGE_BYTES } from '../../protocol/events.ts';
import type { AuthService } from '../auth/AuthService.ts';
import type { Principal } from '../auth/Principal.ts';
import { clientAddress } from '../auth/clientAddress.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import type { Fanout } from '../meetings/Fanout.ts';
import type { Meeting } from '../meetings/Meeting.ts';
import type { MeetingManager } from '../meetings/MeetingManager.ts';
import { createConnection, type Connection } from './Connection.ts';
import { createHandlers } from './handlers/createHandlers.ts';
import { authenticateHandshake, isAllowedOrigin } from './handshake.ts';
import { serveRequest, type RequestObserver } from './serveRequest.ts';
import { SocketFanout } from './SocketFanout.ts';
import { TokenBucket } from './TokenBucket.ts';

/** A connection that is gone without a word is noticed after at most the sum of both. */
const PING_INTERVAL_MS = 2_000;
const PING_TIMEOUT_MS = 3_000;
/** How long a socket may stay without a valid handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface SignalingDeps {
  auth: Pick<AuthService, 'authenticate' | 'isRevoked' | 'events'>;
  rateLimits: RateLimits;
  logger: Logger;
  observe: RequestObserver;
  requestRate: { points: number; perSec: number };
  trustProxy: number;
  /** Origins other than the server's own whose pages may connect. */
  allowedOrigins: readonly string[];
}

export interface Signaling {
  readonly fanout: Fanout;
  /** Live sockets. */
  connections: () => number;
  /** Begins to accept clients and to serve their requests. */
  serve(meetings: MeetingManager): void;
  /** Tells every client that the server goes down. */
  announceShutdown(): void;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** The Socket.IO edge: handshakes, requests in, notifications out. */
export function createSignaling(http: HttpServer | HttpsServer, deps: SignalingDeps): Signaling {
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
    allowRequest: (request, decide) => decide(null, isAllowedOrigin(request, deps.allowedOrigins)),
  });
  /** Sockets by the session that they came with. */
  const bySession = new Map<string, Map<Connection, Socket>>();
  let meetings: MeetingManager | null = null;

  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(toConnectError(error)),
    );
  });

  async function admit(socket: Socket): Promise<void> {
    if (!meetings) throw new AppError('NO_CAPACITY');
    await deps.rateLimits.consume('restPerAddress', addressOf(socket));
    const principal = await authenticateHandshake(socket, (token) => deps.auth.authenticate(token));
    (socket.data as SocketData).principal = principal;
  }

  function toConnectError(error: unknown): Error {
    const known = error instanceof AppError;
    if (!known) deps.logger.error({ err: error }, 'handshake failed');
    const refusal = known ? error : new AppError('INTERNAL');
    // Socket.IO hands `data` to the client.
    return Object.assign(new Error(refusal.message), { data: refusal.toBody() });
  }

  function addressOf(socket: Socket): string {
    return clientAddress(socket.request, deps.trustProxy);
  }

  io.on('connection', (socket) => {
    const { principal } = socket.data as SocketData;
    // Revoked between the handshake and here.
    if (!meetings || deps.auth.isRevoked(principal.sessionId)) {
      socket.disconnect(true);
      return;
    }
    accept(socket, createConnection(socket.id, principal, addressOf(socket)), meetings);
  });

  function accept(socket: Socket, connection: Connection, manager: MeetingManager): void {
    const { sessionId } = connection.principal;
    const ofSession = bySession.get(sessionId) ?? new Map<Connection, Socket>();
    bySession.set(sessionId, ofSession.set(connection, socket));
    const context = {
      connection,
      rate: new TokenBucket(deps.requestRate, performance.now()),
      handlers: createHandlers(manager),
      observe: deps.observe,
      logger: deps.logger,
    };
    socket.onAny((name: string, ...args: unknown[]) => {
      void serveRequest(context, name, args);
    });
    socket.on('disconnect', (reason) => {
      const closed = reason === 'client namespace disconnect';
      ofSession.delete(connection);
      if (ofSession.size === 0) bySession.delete(sessionId);
      depart(connection, (meeting) => meeting.connectionLost(connection.id, closed));
    });
  }

  /** What becomes of the place in the meeting, after whatever the connection still has in hand. */
  function depart(connection: Connection, act: (meeting: Meeting) => Promise<void>): void {
    connection.lifecycle
      .post(async () => {
        const { meetingId, id } = connection;
        const meeting = meetingId === null ? undefined : meetings?.find(meetingId);
        if (!meeting?.has(id)) return;
        await act(meeting).catch((error: unknown) => {
          // Closed before its turn came: then there is no place any more either.
          if (!meeting.closed) throw error;
        });
      })
      .catch((error: unknown) => deps.logger.error({ err: error }, 'leaving a meeting failed'));
  }

  const onRevoked = (sessionId: string): void => {
    for (const [connection, socket] of bySession.get(sessionId) ?? []) {
      depart(connection, (meeting) => meeting.leave(connection.id));
      socket.disconnect(true);
    }
  };
  deps.auth.events.on('session-revoked', onRevoked);

  return {
    fanout: new SocketFanout(io),
    connections: () => io.sockets.sockets.size,
    serve(manager) {
      meetings = manager;
    },
    announceShutdown() {
      io.emit('server-draining', {});
    },
    async close() {
      meetings = null;
      deps.auth.events.off('session-revoked', onRevoked);
      await io.close();
    },
  };
}

interface SocketData {
  principal: Principal;
}
