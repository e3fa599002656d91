import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of s3rver, which has no types of its own. */
interface S3rver {
  readonly httpServer: Server;
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
type S3rverClass = new (options: {
  address: string;
  port: number;
  silent: boolean;
  directory: string;
  configureBuckets: { name: string; configs: [] }[];
}) => S3rver;

const BUCKET = 'recordings';

/**
 * A server that speaks S3, on a free port of loopback, with one bucket. It knows who asks by their key; signatures of
 * version 4 it takes as they are.
 */
export class S3Server {
  readonly endpoint: string;
  readonly bucket = BUCKET;
  readonly region = 'us-east-1';
  /** Those that s3rver knows. */
  readonly accessKeyId = 'S3RVER';
  readonly secretAccessKey = 'S3RVER';
  readonly #server: S3rver;
  readonly #folder: string;

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-s3-'));
    const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
    const server = new Server({
      ...{ address: '127.0.0.1', port: 0, silent: true, directory: folder },
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
    const { port } = await server.run();
    return new S3Server(server, folder, port);
  }

  private constructor(server: S3rver, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.httpServer.closeAllConnections();
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
