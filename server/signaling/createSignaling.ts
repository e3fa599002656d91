import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import { MAX_MESSAGE_BYTES } from '../../protocol/events.ts';
import type { AuthService } from '../auth/AuthService.ts';
import type { Principal } from '../auth/Principal.ts';
import { clientAddress } from '../auth/clientAddress.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { toRefusal } from '../core/toRefusal.ts';
import { connectionIdOf } from '../meetings/connectionIds.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import type { Owners } from '../meetings/Owners.ts';
import type { ClientEvents } from './ClientEvents.ts';
import { createConnection, type Connection } from './Connection.ts';
import { EdgeRequests } from './EdgeRequests.ts';
import { FanoutExecutor, roomOf } from './FanoutExecutor.ts';
import { authenticateHandshake, isAllowedOrigin } from './handshake.ts';
import type { UserCaller, UserHandlers } from './handlers/UserHandlers.ts';
import { roomOfUser, serveDeliveries } from './MeshDeliveries.ts';
import { Pulse } from './Pulse.ts';
import { Seats } from './Seats.ts';
import { serveRequest, type RequestObserver } from './serveRequest.ts';
import { TokenBucket } from './TokenBucket.ts';

/** A connection that is gone without a word is noticed after at most the sum of both. */
const PING_INTERVAL_MS = 2_000;
const PING_TIMEOUT_MS = 3_000;
/** How long a socket may stay without a valid handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** All clients are sent on within three seconds, however many they are. */
const WAVES = 30;
const WAVE_MS = 100;
const SMALLEST_WAVE = 20;
/** When the server closes, clients have so long to close their end: a round trip, and not a whole patience. */
const GOODBYE_MS = 1_000;

/** What Socket.IO listens on. */
interface Listening {
  readonly server: HttpServer | HttpsServer;
  /** Cuts every connection. */
  cut(): void;
}

export interface SignalingDeps {
  auth: Pick<AuthService, 'authenticate' | 'isRevoked' | 'events'>;
  rateLimits: RateLimits;
  mesh: Mesh;
  owners: Owners;
  meetings: MeetingService;
  /** Answers what does not concern a meeting. */
  userHandlers: UserHandlers;
  /** Told of connections. */
  clients: Pick<EventEmitter<ClientEvents>, 'emit'>;
  /** Instance of this node. */
  self: string;
  logger: Logger;
  observe: RequestObserver;
  requestRate: { points: number; perSec: number };
  trustProxy: number;
  /** Origins other than the server's own whose pages may connect. */
  allowedOrigins: readonly string[];
}

export interface Signaling {
  /** Live sockets. */
  connections: () => number;
  /** Ids of their sessions. */
  sessions: () => readonly string[];
  /** Begins to accept clients and to serve their requests. */
  serve(): void;
  /** A node is gone, or is in reach again: its meetings are looked for. */
  recoverFrom(instanceId: string): void;
  /** Clients of this node may have missed what others told them: they ask again. */
  askToSync(): void;
  /** Tells every client that the server goes down; nobody new is accepted. */
  announceShutdown(): void;
  /** Cuts the connections a few at a time: their clients come back to other nodes, which serve all of them meanwhile. */
  sendOn(): Promise<void>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** The Socket.IO edge: handshakes, requests in, notifications out. */
export function createSignaling(listening: Listening, deps: SignalingDeps): Signaling {
  const { self, mesh, owners, meetings, logger } = deps;
  const io = new Server(listening.server, {
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
  const sockets = new Map<string, { connection: Connection; socket: Socket }>();
  /** Connections by the session that they came with. */
  const bySession = new Map<string, Set<Connection>>();
  const pulse = new Pulse();
  let serving = false;

  const seats = new Seats({
    ...{ mesh, owners, logger },
    onStranger({ id }, { meetingId, participantId }) {
      const socket = sockets.get(id)?.socket;
      void socket?.leave(roomOf(meetingId));
      const reason = 'connection-lost' as const;
      socket?.emit('meeting-left', { meetingId, participantId, reason });
    },
    onOver({ id }, { meetingId }) {
      const socket = sockets.get(id)?.socket;
      void socket?.leave(roomOf(meetingId));
      socket?.emit('meeting-ended', { meetingId });
    },
    onReleased({ id: connectionId, principal }) {
      deps.clients.emit('seated', { connectionId, principal }, false);
    },
  });
  const requests = new EdgeRequests({ meetings, owners, seats, pulse });
  new FanoutExecutor(io, mesh, {
    onMoved: (meetingId) => seats.recover(meetingId),
    onMissing(meetingId, connectionId) {
      owners
        .ask(meetingId, 'lost', { connectionId, how: 'lost' }, { create: false, repeatable: true })
        .catch((error: unknown) => logger.warn({ err: error }, 'a lost connection was not told'));
    },
    onEntered(_, connectionId) {
      const principal = sockets.get(connectionId)?.connection.principal;
      if (principal) deps.clients.emit('seated', { connectionId, principal }, true);
    },
    onLeft(meetingId, connectionId) {
      const connection = sockets.get(connectionId)?.connection;
      if (connection?.seat?.meetingId === meetingId) seats.release(connection);
    },
  });

  serveDeliveries(io, mesh);

  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(toConnectError(error)),
    );
  });

  async function admit(socket: Socket): Promise<void> {
    if (!serving) throw new AppError('NO_CAPACITY');
    await deps.rateLimits.consume('restPerAddress', addressOf(socket));
    const principal = await authenticateHandshake(socket, (token) => deps.auth.authenticate(token));
    (socket.data as SocketData).principal = principal;
  }

  function toConnectError(error: unknown): Error {
    const refusal = toRefusal(error, { request: 'handshake' }, logger);
    // Socket.IO hands `data` to the client.
    return Object.assign(new Error(refusal.message), { data: refusal.toBody() });
  }

  function addressOf(socket: Socket): string {
    return clientAddress(socket.request, deps.trustProxy);
  }

  io.on('connection', (socket) => {
    const { principal } = socket.data as SocketData;
    // Revoked between the handshake and here.
    if (!serving || deps.auth.isRevoked(principal.sessionId)) {
      socket.disconnect(true);
      return;
    }
    const id = connectionIdOf(self, socket.id);
    // One of its own: it may be called otherwise later.
    accept(socket, createConnection(id, { ...principal }, addressOf(socket)));
  });

  function accept(socket: Socket, connection: Connection): void {
    const { sessionId } = connection.principal;
    const ofSession = bySession.get(sessionId) ?? new Set();
    bySession.set(sessionId, ofSession.add(connection));
    sockets.set(connection.id, { connection, socket });
    void socket.join(roomOfUser(connection.principal.userId));
    const client = { connectionId: connection.id, principal: connection.principal };
    const rate = new TokenBucket(deps.requestRate, performance.now());
    const caller: UserCaller = {
      ...client,
      address: connection.address,
      get isConnected() {
        return socket.connected;
      },
      follow: (channel) => void socket.join(channel),
      unfollow: (channel) => void socket.leave(channel),
    };
    const { userHandlers, observe } = deps;
    const context = { connection, caller, rate, requests, userHandlers, observe, logger };
    const serve = (name: string, args: unknown[]): void => void serveRequest(context, name, args);
    socket.onAny((name: string, ...args: unknown[]) => {
      const { recovering } = pulse;
      if (!recovering) serve(name, args);
      // Whoever has gone wants nothing any more, or has asked another node for it.
      else void recovering.then(() => socket.connected && serve(name, args));
    });
    socket.on('disconnect', (reason) => {
      connection.isGone = true;
      sockets.delete(connection.id);
      ofSession.delete(connection);
      if (ofSession.size === 0) bySession.delete(sessionId);
      deps.clients.emit('gone', client);
      depart(
        connection,
        reason === 'client namespace disconnect' ? 'closed by its client' : 'lost',
      );
    });
    deps.clients.emit('connected', client);
  }

  function depart(connection: Connection, how: Parameters<EdgeRequests['depart']>[1]): void {
    requests
      .depart(connection, how)
      .catch((error: unknown) => logger.error({ err: error }, 'leaving a meeting failed'));
  }

  const onRevoked = (sessionId: string): void => {
    for (const connection of bySession.get(sessionId) ?? []) {
      depart(connection, 'revoked');
      sockets.get(connection.id)?.socket.disconnect(true);
    }
  };
  deps.auth.events.on('session-revoked', onRevoked);
  const onRenamed = (userId: string, name: string): void => {
    for (const { connection } of sockets.values()) {
      if (connection.principal.userId === userId) connection.principal.name = name;
    }
  };
  deps.auth.events.on('renamed', onRenamed);

  return {
    connections: () => sockets.size,
    sessions: () => [...bySession.keys()],
    serve() {
      serving = true;
    },
    recoverFrom: (instanceId) => seats.recoverFrom(instanceId),
    askToSync: () => void io.local.emit('sync-needed', {}),
    announceShutdown() {
      serving = false;
      io.local.emit('server-draining', {});
    },
    async sendOn() {
      const all = [...sockets.values()];
      const size = Math.max(SMALLEST_WAVE, Math.ceil(all.length / WAVES));
      for (let start = 0; start < all.length; start += size) {
        for (const { socket } of all.slice(start, start + size)) socket.disconnect(true);
        await sleep(WAVE_MS);
      }
    },
    async close() {
      serving = false;
      pulse.close();
      seats.close();
      deps.auth.events.off('session-revoked', onRevoked);
      deps.auth.events.off('renamed', onRenamed);
      // It says goodbye and waits for everybody's answer; whoever is silent would keep it for minutes.
      const patience = new AbortController();
      const late = sleep(GOODBYE_MS, undefined, { signal: patience.signal }).then(
        () => listening.cut(),
        () => undefined,
      );
      await io.close();
      patience.abort();
      await late;
    },
  };
}

interface SocketData {
  principal: Principal;
}
