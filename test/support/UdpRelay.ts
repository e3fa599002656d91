import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { freePort } from '../../provision/throwaway/freePort.ts';

/** A second loopback address: the server listens on the first. */
export const RELAY_ADDRESS = '127.0.0.2';

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
  readonly #near: Socket;
  readonly #port: number;
  readonly #flows = new Map<string, Flow>();
  #cut = false;
  #refusing = false;

  static async start(): Promise<UdpRelay> {
    const near = createSocket('udp4');
    near.bind(await freePort(['127.0.0.1', RELAY_ADDRESS]), RELAY_ADDRESS);
    await once(near, 'listening');
    return new UdpRelay(near);
  }

  private constructor(near: Socket) {
    this.#near = near;
    this.#port = near.address().port;
    near.on('message', (packet, from) => this.#forward(packet, from));
  }

  /** Of the server at 127.0.0.1, and here of what is sent to it. */
  get port(): number {
    return this.#port;
  }

  /** Configuration of a server whose media comes this way: one worker, so one port. */
  get env(): Record<string, string> {
    return {
      PARLEY_MEDIA_WORKERS: '1',
      PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
      PARLEY_MEDIA_ANNOUNCED_ADDRESSES: RELAY_ADDRESS,
      PARLEY_MEDIA_BASE_PORT: String(this.#port),
    };
  }

  /** Clients' addresses that were used so far. */
  get paths(): string[] {
    return [...this.#flows.keys()];
  }

  /** Drops for good whatever comes on these paths; new ones (other source ports) work. */
  silence(paths: readonly string[] = this.paths): void {
    for (const path of paths) {
      const flow = this.#flows.get(path);
      if (flow) flow.dead = true;
    }
  }

  /** From now on new paths work, or they do not. */
  refuseNew(refusing: boolean): void {
    this.#refusing = refusing;
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
    const flow = this.#flows.get(key) ?? (this.#refusing ? null : this.#open(key, from));
    if (flow?.dead === false) flow.far.send(packet, this.#port, '127.0.0.1');
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
