import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Config } from '../config/loadConfig.ts';
import type { TlsFiles } from '../config/tls.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

interface Edge {
  readonly server: HttpServer | HttpsServer;
  serve(listener: RequestListener): void;
  /** Cuts every connection, whatever it is in the middle of. */
  cut(): void;
}

/**
 * The listening side. Socket.IO takes its requests out of those of the server as it finds it, so the
 * listener is in place from the start and answered for later.
 */
export function createEdge(tls: TlsFiles | null): Edge {
  let current: RequestListener = (_request, response) => response.writeHead(503).end();
  const listener: RequestListener = (request, response) => current(request, response);
  const server = tls ? createHttpsServer({ ...tls }, listener) : createHttpServer(listener);
  // Node knows those that speak HTTP, and not those that became WebSockets or are silent yet.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    server,
    serve(next) {
      current = next;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

export async function listen(
  server: HttpServer | HttpsServer,
  { server: { port, host } }: Config,
): Promise<void> {
  server.listen({ port, ...(host !== null && { host }) });
  await once(server, 'listening');
}
