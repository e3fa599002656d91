import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** One client's address and port, with a socket of its own towards the server. */
interface Flow {
  far: Socket;
  dead: boolean;
}

/**
 * The cable of media: forwards UDP between clients and a server that announces `address`, on the
 * same port as the server's own (`PARLEY_MEDIA_ANNOUNCED_ADDRESSES`). It can be cut, and paths that
 * are in use can die in silence while new ones work.
 */
export class UdpRelay {
  /** A second loopback address: the server listens on the first. */
  static readonly address = '127.0.0.2';
  readonly #near: Socket;
  readonly #port: number;
  readonly #flows = new Map<string, Flow>();
  #cut = false;

  /** @param port of the server, on 127.0.0.1 */
  static async start(port: number): Promise<UdpRelay> {
    const near = createSocket('udp4');
    near.bind(port, UdpRelay.address);
    await once(near, 'listening');
    return new UdpRelay(near, port);
  }

  private constructor(near: Socket, port: number) {
    this.#near = near;
    this.#port = port;
    near.on('message', (packet, from) => this.#forward(packet, from));
  }

  /** Paths that were in use so far. */
  get flows(): number {
    return this.#flows.size;
  }

  /** Drops for good whatever comes on the paths in use; new ones (other source ports) work. */
  silence(): void {
    for (const flow of this.#flows.values()) flow.dead = true;
  }

  /** Drops everything. */
  cut(): void {
    this.#cut = true;
  }

  restore(): void {
    this.#cut = false;
  }

  close(): void {
    this.#near.close();
    for (const { far } of this.#flows.values()) far.close();
  }

  #forward(packet: Buffer, from: RemoteInfo): void {
    if (this.#cut) return;
    const key = `${from.address}:${from.port}`;
    const flow = this.#flows.get(key) ?? this.#open(key, from);
    if (!flow.dead) flow.far.send(packet, this.#port, '127.0.0.1');
  }

  #open(key: string, { address, port }: RemoteInfo): Flow {
    const flow = { far: createSocket('udp4'), dead: false };
    this.#flows.set(key, flow);
    flow.far.on('message', (packet) => {
      if (!this.#cut && !flow.dead) this.#near.send(packet, port, address);
    });
    // The server's port is closed while it restarts.
    flow.far.on('error', () => undefined);
    return flow;
  }
}
