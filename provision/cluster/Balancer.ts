import { EventEmitter, once } from 'node:events';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const CHECK_INTERVAL_MS = 1_000;
const CHECK_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_000;

export interface Backend {
  readonly name: string;
  /** `http://127.0.0.1:61234` */
  readonly url: string;
}

interface BalancerEvents {
  up: [name: string];
  down: [name: string];
}

/**
 * One address for several servers: every new connection goes to the next of those that answer
 * `/readyz`, and stays there until it ends. It looks at no byte of what it passes on, so that TLS and
 * WebSockets pass as they are.
 */
export class Balancer extends EventEmitter<BalancerEvents> {
  readonly #backends: readonly Backend[];
  readonly #server: Server;
  readonly #ready = new Set<Backend>();
  readonly #sockets = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #closed = false;

  /** Listens, and knows by then who is ready. @throws Error of a port that cannot be used */
  static async listen(
    backends: readonly Backend[],
    { port, host }: { port: number; host: string | null },
  ): Promise<Balancer> {
    const balancer = new Balancer(backends);
    balancer.#server.listen({ port, ...(host !== null && { host }) });
    await once(balancer.#server, 'listening');
    await balancer.#check();
    balancer.#timer = setInterval(() => void balancer.#check(), CHECK_INTERVAL_MS);
    return balancer;
  }

  private constructor(backends: readonly Backend[]) {
    super();
    this.#backends = backends;
    this.#server = createServer((client) => void this.#serve(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nothing goes there until it answers again. For a backend whose process is known to be gone. */
  suspect(name: string): void {
    const backend = this.#backends.find((one) => one.name === name);
    if (backend) this.#set(backend, false);
  }

  /** Cuts every connection. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(client: Socket): Promise<void> {
    this.#keep(client);
    for (const backend of this.#candidates()) {
      const upstream = await reach(backend);
      if (!upstream) {
        this.#set(backend, false);
        continue;
      }
      this.#keep(upstream);
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroy());
      if (client.destroyed || this.#closed) upstream.destroy();
      else client.pipe(upstream).pipe(client);
      return;
    }
    client.destroy();
  }

  /** Those that are ready, another one first each time. */
  #candidates(): Backend[] {
    const ready = this.#backends.filter((backend) => this.#ready.has(backend));
    const first = this.#next++ % (ready.length || 1);
    return [...ready.slice(first), ...ready.slice(0, first)];
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // What is wrong shows as its end; there is nobody to tell more.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #check(): Promise<void> {
    await Promise.all(
      this.#backends.map(async (backend) => this.#set(backend, await isReady(backend.url))),
    );
  }

  #set(backend: Backend, ready: boolean): void {
    if (this.#closed || this.#ready.has(backend) === ready) return;
    if (ready) this.#ready.add(backend);
    else this.#ready.delete(backend);
    this.emit(ready ? 'up' : 'down', backend.name);
  }
}

async function reach({ url }: Backend): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}

/** Whether a server wants clients. Its certificate is not looked at: it is asked on this machine. */
export function isReady(url: string): Promise<boolean> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  return new Promise((resolve) => {
    const request = get(
      `${url}/readyz`,
      {
        agent: false,
        rejectUnauthorized: false,
        signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('error', () => resolve(false));
  });
}
