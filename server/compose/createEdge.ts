import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Config } from '../config/loadConfig.ts';
import type { TlsFiles } from '../config/tls.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * The listening side. Socket.IO takes its requests out of those of the server as it finds it, so the
 * listener is in place from the start and answered for later.
 */
export function createEdge(tls: TlsFiles | null): {
  server: HttpServer | HttpsServer;
  serve: (listener: RequestListener) => void;
} {
  let current: RequestListener = (_request, response) => response.writeHead(503).end();
  const listener: RequestListener = (request, response) => current(request, response);
  return {
    server: tls ? createHttpsServer({ ...tls }, listener) : createHttpServer(listener),
    serve(next) {
      current = next;
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
