import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { createSelfSigned } from '../../server/config/tls.ts';

/** Ends TLS for a server on loopback that speaks none, with a certificate of its own. */
export class TlsFront {
  readonly port: number;
  /** Connections whose handshake was done. */
  accepted = 0;
  readonly #server: Server;

  /** @param port of the server behind it */
  static async start(port: number): Promise<TlsFront> {
    const server = createServer(await createSelfSigned(['127.0.0.1'], Date.now()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server, port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('secureConnection', (socket) => {
      this.accepted += 1;
      const behind = connect(port, '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      // Either end may go at any time, and takes the other with it.
      socket.on('error', () => behind.destroy());
      behind.on('error', () => socket.destroy());
      socket.on('close', () => behind.destroy());
      behind.on('close', () => socket.destroy());
    });
  }

  close(): void {
    this.#server.close();
  }
}
