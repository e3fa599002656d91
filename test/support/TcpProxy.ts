import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A cable between clients and a server that can be pulled and plugged in again. */
export class TcpProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Of these nobody hears anything any more, not even their end. */
  readonly #silenced = new WeakSet<Socket>();
  #targetPort: number;
  #state: 'whole' | 'cut' | 'silent' = 'whole';
  #disturbed = false;

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, targetPort);
  }

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => {
      if (this.#state === 'cut') {
        near.destroy();
        return;
      }
      const far = connect(this.#targetPort, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          if (!this.#silenced.has(socket)) other.destroy();
        });
        // Its close follows.
        socket.on('error', () => undefined);
        socket.pipe(other);
        if (this.#state === 'silent') this.#silence(socket);
      }
    });
  }

  /** Whether it has never been pulled. */
  get isUndisturbed(): boolean {
    return !this.#disturbed;
  }

  /** New connections lead elsewhere, as those of a load balancer do whose server is gone. */
  turnTo(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.#disturbed = true;
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Drops for good, without a reset, what comes on the connections that there are, as when a client's
   * address is another one from now on, and on new ones until `restore`.
   */
  silence(): void {
    this.#disturbed = true;
    this.#state = 'silent';
    for (const socket of this.#sockets) this.#silence(socket);
  }

  restore(): void {
    this.#state = 'whole';
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #silence(socket: Socket): void {
    this.#silenced.add(socket);
    socket.unpipe();
    // Taken, so that the other end notices nothing.
    socket.resume();
  }
}
