import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { createSelfSigned } from '../../server/config/tls.ts';

/** Ends TLS for a server on loopback that speaks none, with a certificate of its own. */
export class TlsFront {
  readonly port: number;
  /** Its certificate, which nobody trusts by itself. */
  readonly certificate: string;
  /** Connections on which anything was said. */
  trusted = 0;
  readonly #server: Server;

  /** @param port of the server behind it */
  static async start(port: number): Promise<TlsFront> {
    const own = await createSelfSigned(['127.0.0.1'], Date.now());
    const server = createServer(own);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server, port, own.cert);
  }

  private constructor(server: Server, port: number, certificate: string) {
    this.#server = server;
    this.certificate = certificate;
    this.port = (server.address() as AddressInfo).port;
    // Who does not trust the certificate may say so by leaving after the handshake, without a word.
    server.on('secureConnection', (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('readable', () => {
        if (socket.readableLength > 0) this.#passOn(socket, port);
      });
    });
  }

  #passOn(socket: TLSSocket, port: number): void {
    this.trusted += 1;
    const behind = connect(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    // Either end may go at any time, and takes the other with it.
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    behind.on('close', () => socket.destroy());
  }

  close(): void {
    this.#server.close();
  }
}
