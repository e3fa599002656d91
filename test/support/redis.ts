import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { ensureRedis } from '../../provision/ensureRedis.ts';
import { freePort } from './freePort.ts';

const READY = 'Ready to accept connections';
/** Says the server's process id, and ends it with the test process as the one of PostgreSQL does. */
const KEEPER = `
trap '' INT TERM HUP
"$@" < /dev/null &
echo $!
cat > /dev/null
kill -KILL $!
wait $!
rm -rf "$RUN_FOLDER"
`;

interface Process {
  pid: number;
  stop: () => Promise<void>;
}

/** A throwaway Redis of this process's own, which keeps nothing over a restart. */
export class RedisServer {
  readonly url: string;
  readonly #binary: string;
  readonly #port: number;
  #process: Process | undefined;

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

  /** On the same port as before, and empty. */
  async start(): Promise<void> {
    this.#process ??= await this.#spawn();
  }

  /** Kills it, so that nobody is told. Idempotent. */
  async stop(): Promise<void> {
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
    const client = new Redis(this.url);
    try {
      return await act(client);
    } finally {
      client.disconnect();
    }
  }

  async #spawn(): Promise<Process> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
    const settings = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', folder];
    const keeper = spawn(
      'sh',
      ['-c', KEEPER, 'sh', this.#binary, ...settings, '--save', '', '--appendonly', 'no'],
      {
        cwd: folder,
        detached: true,
        env: { PATH: process.env['PATH'], RUN_FOLDER: folder },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    const stopped = once(keeper, 'exit');
    const stop = async () => {
      keeper.stdin.end();
      await stopped;
    };
    const lines: string[] = [];
    let pid = 0;
    let ready = false;
    for await (const line of createInterface({ input: keeper.stdout })) {
      lines.push(line);
      if (/^\d+$/.test(line)) pid = Number(line);
      ready ||= line.includes(READY);
      if (!ready || pid === 0) continue;
      keeper.stdout.resume();
      return { pid, stop };
    }
    await stop();
    throw new Error(`Redis did not start:\n${lines.join('\n')}`);
  }
}
