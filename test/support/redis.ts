import { Redis } from 'ioredis';
import { ensureRedis } from '../../provision/ensureRedis.ts';
import { freePort } from '../../provision/throwaway/freePort.ts';
import { startRedis, type Redis as Process } from '../../provision/throwaway/redis.ts';

/** A throwaway Redis of this process's own, which keeps nothing over a restart. */
export class RedisServer {
  readonly url: string;
  readonly #binary: string;
  readonly #port: number;
  #process: Process | undefined;
  #disturbed = false;

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await ensureRedis(), await freePort());
    await server.start();
    return server;
  }

  private constructor(binary: string, port: number) {
    this.#binary = binary;
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** Whether nobody has stopped it, or looked into it by themselves. */
  get isUndisturbed(): boolean {
    return !this.#disturbed;
  }

  /** On the same port as before, and empty. */
  async start(): Promise<void> {
    this.#process ??= await startRedis(this.#binary, this.#port);
  }

  /** Kills it, so that nobody is told. Idempotent. */
  async stop(): Promise<void> {
    this.#disturbed = true;
    const running = this.#process;
    this.#process = undefined;
    await running?.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Leaves connections open and answers nobody, with all data kept, until it is resumed. */
  pause(): void {
    this.#disturbed = true;
    if (this.#process) process.kill(this.#process.pid, 'SIGSTOP');
  }

  resume(): void {
    if (this.#process) process.kill(this.#process.pid, 'SIGCONT');
  }

  /** Forgets everything, connections and known scripts apart. */
  async flush(): Promise<void> {
    await this.use((client) => client.flushall());
  }

  /** Keys that would stay for ever. */
  async keysWithoutTtl(): Promise<string[]> {
    return this.use(async (client) => {
      const lasting: string[] = [];
      for await (const keys of client.scanStream() as AsyncIterable<string[]>) {
        for (const key of keys) if ((await client.pttl(key)) === -1) lasting.push(key);
      }
      return lasting;
    });
  }

  /** Does something with a connection of its own. */
  async use<T>(act: (client: Redis) => Promise<T>): Promise<T> {
    this.#disturbed = true;
    const client = new Redis(this.url);
    try {
      return await act(client);
    } finally {
      client.disconnect();
    }
  }
}
