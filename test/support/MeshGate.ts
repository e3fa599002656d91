import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../provision/throwaway/freePort.ts';

/** A second loopback address: the node itself listens on the first. */
const ADDRESS = '127.0.0.2';
const PROBE_MS = 50;
const END_OF_HEADERS = '\r\n\r\n';

interface Wire {
  /** Instance that dialled; empty until it has said so. */
  from: string;
  ends: [near: Socket, far: Socket];
}

/**
 * The address at which other nodes find a node of the mesh. Knows them by what they say of themselves
 * when they dial, so that the network may be broken for some of them only.
 */
export class MeshGate {
  readonly #server: Server;
  readonly #port: number;
  readonly #wires = new Set<Wire>();
  #isBroken: (from: string) => boolean = () => false;
  #probing = false;
  #closed = false;

  static async start(): Promise<MeshGate> {
    const port = await freePort(['127.0.0.1', ADDRESS]);
    const server = createServer();
    server.listen(port, ADDRESS);
    await once(server, 'listening');
    return new MeshGate(server, port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on('connection', (near) => this.#accept(near));
  }

  /** Configuration of the node behind it. */
  get env(): Record<string, string> {
    return {
      PARLEY_CLUSTER_PORT: String(this.#port),
      PARLEY_CLUSTER_ADVERTISED_ADDRESS: ADDRESS,
      // Media between nodes goes another way.
      PARLEY_MEDIA_PIPE_LISTEN_ADDRESS: '127.0.0.1',
    };
  }

  /** From now on nothing that these instances send arrives, and nothing that they are sent: no reset, no refusal. */
  silence(isBroken: (from: string) => boolean): void {
    this.#isBroken = isBroken;
    for (const wire of this.#wires) if (isBroken(wire.from)) this.#drop(wire);
  }

  /** New connections are whole; those that were silent stay so, until their ends give them up. */
  restore(): void {
    this.#isBroken = () => false;
  }

  close(): void {
    this.#closed = true;
    this.#server.close();
    for (const { ends } of this.#wires) for (const end of ends) end.destroy();
  }

  #accept(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    const wire: Wire = { from: '', ends: [near, far] };
    this.#wires.add(wire);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      // Its close follows.
      end.on('error', () => undefined);
      end.on('close', () => {
        this.#wires.delete(wire);
        other.destroy();
        if (end === far) void this.#mirror();
      });
    }
    let head = '';
    near.on('data', function read(chunk: Buffer) {
      head += chunk.toString('latin1');
      if (!head.includes(END_OF_HEADERS)) return;
      near.off('data', read);
      identify();
    });
    const identify = (): void => {
      wire.from = instanceOf(head);
      if (this.#isBroken(wire.from)) {
        this.#drop(wire);
        return;
      }
      far.write(head, 'latin1');
      near.pipe(far);
      far.pipe(near);
    };
  }

  /** Refuses connections for as long as the node does: others see at once that nobody is there. */
  async #mirror(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    let isThere = await listens(this.#port);
    if (!isThere && !this.#closed) this.#server.close();
    while (!isThere && !this.#closed) {
      await sleep(PROBE_MS);
      isThere = await listens(this.#port);
    }
    this.#probing = false;
    if (!this.#closed && !this.#server.listening) this.#server.listen(this.#port, ADDRESS);
  }

  /** Whatever comes is taken and lost, so that neither end notices. */
  #drop({ ends }: Wire): void {
    for (const end of ends) {
      end.unpipe();
      end.resume();
    }
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The instance whose token a handshake of the mesh carries; empty when it carries none. */
function instanceOf(head: string): string {
  const [, payload = ''] = /^authorization: Bearer [^.]+\.([^.]+)\./im.exec(head) ?? [];
  if (payload === '') return '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string }).iss;
}
