import { EventEmitter, once } from 'node:events';
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Logger } from '../core/logger.ts';
import { ACCEPTOR_HEADER, MESH_PATH, REFUSALS } from './dial.ts';
import {
  DEFAULT_CALL_TIMEOUT_MS,
  type CallOptions,
  type Mesh,
  type MeshEvents,
  type Operation,
} from './Mesh.ts';
import { monotonicMs, SOCKET_OPTIONS, type MeshTimings } from './MeshLink.ts';
import {
  deriveMeshKey,
  MisdirectedTokenError,
  signMeshToken,
  verifyMeshToken,
  type MeshCredentials,
} from './meshTokens.ts';
import { Operations } from './Operations.ts';
import { Peer } from './Peer.ts';
import { SelfPeer } from './SelfPeer.ts';

export interface WebSocketMeshOptions {
  /** This node. */
  instanceId: string;
  /** Where other nodes reach this one; port 0: any free one. */
  listen: { host: string; port: number };
  /** The same on every node of the cluster. */
  secret: string;
  /** Where a node is, `ws://10.0.0.5:4502`, if it is known. */
  addressOf: (instanceId: string) => string | undefined;
  /** For tests. */
  timings?: Partial<MeshTimings>;
}

const TIMINGS: MeshTimings = { pingMs: 1_000, silentMs: 3_000, redialMs: 100 };
/** Who connects sends its request within so many milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;

/** The mesh of a cluster: every node listens, and dials those that it has something for. */
export class WebSocketMesh extends EventEmitter<MeshEvents> implements Mesh {
  /** Where it listens. */
  readonly port: number;
  readonly #options: WebSocketMeshOptions;
  readonly #key: Buffer;
  readonly #timings: MeshTimings;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    ...SOCKET_OPTIONS,
  });
  /** Of who this is, for the answers to handshakes. */
  readonly #proofs = new WeakMap<IncomingMessage, string>();
  readonly #operations: Operations;
  readonly #self: SelfPeer;
  readonly #peers = new Map<string, Peer>();
  #closed: Promise<void> | null = null;

  /** @throws Error when it cannot listen there */
  static async create(options: WebSocketMeshOptions, logger: Logger): Promise<WebSocketMesh> {
    const http = createServer({
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
    });
    http.listen(options.listen);
    await once(http, 'listening');
    return new WebSocketMesh(http, options, logger);
  }

  private constructor(http: Server, options: WebSocketMeshOptions, logger: Logger) {
    super();
    this.port = (http.address() as AddressInfo).port;
    this.#http = http;
    this.#options = options;
    this.#key = deriveMeshKey(options.secret);
    this.#timings = { ...TIMINGS, ...options.timings };
    this.#logger = logger;
    this.#operations = new Operations(logger);
    this.#self = new SelfPeer(options.instanceId, this.#operations);
    http.on('request', (request, response) => {
      const { upgradeRequired, notFound } = REFUSALS;
      response.statusCode = isMeshPath(request) ? upgradeRequired : notFound;
      response.end();
    });
    this.#upgrades.on('headers', (headers, request) => {
      headers.push(`${ACCEPTOR_HEADER}: ${this.#proofs.get(request) ?? ''}`);
    });
    http.on('upgrade', (request, socket, head) => this.#accept(request, socket, head));
  }

  serve(operation: string, act: Operation): void {
    this.#operations.serve(operation, act);
  }

  async call(
    instanceId: string,
    operation: string,
    args: unknown,
    { timeoutMs = DEFAULT_CALL_TIMEOUT_MS }: CallOptions = {},
  ): Promise<unknown> {
    return this.#peerOf(instanceId).call(operation, args, timeoutMs);
  }

  tell(instanceId: string, operation: string, args: unknown): void {
    this.#peerOf(instanceId).tell(operation, args);
  }

  /** Nobody reaches this node any more, calls that wait fail. Idempotent. */
  async close(): Promise<void> {
    this.#closed ??= this.#release();
    return this.#closed;
  }

  async #release(): Promise<void> {
    const stopped = new Promise((resolve) => this.#http.close(resolve));
    this.removeAllListeners();
    this.#self.close();
    await Promise.all([...this.#peers.values()].map((peer) => peer.close()));
    this.#http.closeAllConnections();
    await stopped;
  }

  #peerOf(instanceId: string): Peer | SelfPeer {
    return instanceId === this.#options.instanceId ? this.#self : this.#remotePeer(instanceId);
  }

  #remotePeer(instanceId: string): Peer {
    const known = this.#peers.get(instanceId);
    if (known) return known;
    const peer = new Peer(instanceId, {
      self: this.#options.instanceId,
      key: this.#key,
      addressOf: this.#options.addressOf,
      operations: this.#operations,
      timings: this.#timings,
      logger: this.#logger,
      linkUp: (id) => this.emit('link-up', id),
      linkDown: (id, how) => {
        this.emit('link-down', id, how);
        this.#forgetGone();
      },
    });
    this.#peers.set(instanceId, peer);
    if (this.#closed) void peer.close();
    return peer;
  }

  /** Instances that have left do not come back: each start is another. */
  #forgetGone(): void {
    for (const [instanceId, peer] of this.#peers) {
      if (peer.isIdle && this.#options.addressOf(instanceId) === undefined) {
        this.#peers.delete(instanceId);
      }
    }
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Its close follows.
    socket.on('error', () => undefined);
    if (!isMeshPath(request)) {
      refuse(socket, REFUSALS.notFound);
      return;
    }
    let credentials: MeshCredentials;
    try {
      const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      credentials = verifyMeshToken(this.#key, token, this.#options.instanceId);
    } catch (error) {
      const misdirected = error instanceof MisdirectedTokenError;
      refuse(socket, misdirected ? REFUSALS.misdirected : REFUSALS.unauthorized);
      const address = request.socket.remoteAddress;
      this.#logger.warn({ reason: String(error), address }, 'connection to the mesh turned away');
      return;
    }
    const { from, link, after } = credentials;
    const peer = this.#remotePeer(from);
    if (!peer.mayAccept(after)) {
      refuse(socket, REFUSALS.busy);
      return;
    }
    const ours = { from: this.#options.instanceId, link, after };
    this.#proofs.set(request, signMeshToken(this.#key, ours, from));
    const openedAt = monotonicMs();
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) =>
      peer.adopt({ socket: webSocket, linkId: link, dialledHere: false, openedAt }),
    );
  }
}

function isMeshPath({ url }: IncomingMessage): boolean {
  return url === MESH_PATH;
}

function refuse(socket: Duplex, status: number): void {
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
