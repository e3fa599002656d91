import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checkIceServers } from '../../provision/doctor/iceServers.ts';
import { startKept, type Kept } from '../../provision/throwaway/kept.ts';
import { iceServersFor } from '../../server/auth/iceServers.ts';
import type { IceServer } from '../../protocol/rtp.ts';
import { eventually } from './eventually.ts';

const ADDRESS = '127.0.0.1';
/** Ports that neither the kernel nor other servers of the tests give out. */
const RELAYED = ['--min-port=20000', '--max-port=29999'];
const TTL_SEC = 600;

/** coturn, with credentials that end, on loopback: it can be stopped and started again. */
export class TurnServer {
  readonly #program: string;
  readonly #port: number;
  readonly #secret: string = randomUUID();
  #process: Kept | null = null;

  static async start(program: string, port: number): Promise<TurnServer> {
    const server = new TurnServer(program, port);
    await server.start();
    return server;
  }

  private constructor(program: string, port: number) {
    this.#program = program;
    this.#port = port;
  }

  /** Configuration of a server whose media goes over this one alone. @param host where it is found */
  envAt(host: string): Record<string, string> {
    return {
      PARLEY_ICE_POLICY: 'relay',
      PARLEY_ICE_TURN_URLS: this.#urlAt(host),
      PARLEY_ICE_TURN_SECRET: this.#secret,
      PARLEY_ICE_TURN_TTL_SEC: String(TTL_SEC),
    };
  }

  /** As a server with `secret` hands it out to a person at that moment. */
  credentials({ secret = this.#secret, now = Date.now() } = {}): IceServer[] {
    return iceServersFor(this.#config(secret), 'somebody', now);
  }

  async start(): Promise<void> {
    this.#process = await startKept({ name: 'TURN', ready: null }, (folder) => [
      ...[this.#program, '-n', '--no-cli', '--no-tls', '--no-dtls', '--log-file=stdout'],
      ...['--use-auth-secret', `--static-auth-secret=${this.#secret}`, '--realm=parley.test'],
      ...[`--listening-ip=${ADDRESS}`, `--listening-port=${this.#port}`],
      ...[`--relay-ip=${ADDRESS}`, '--allow-loopback-peers', ...RELAYED],
      ...[`--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'turndb')}`],
    ]);
    await eventually(async () => {
      const found = await checkIceServers(this.#config(this.#secret));
      expect(found).toMatchObject([{ level: 'ok' }]);
    });
  }

  /** At once, with all that it relays. */
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = null;
  }

  #config(secret: string) {
    const turn = { urls: [this.#urlAt(ADDRESS)], secret, ttlSec: TTL_SEC };
    return { stunUrls: [], turn, policy: 'relay' as const };
  }

  #urlAt(host: string): string {
    return `turn:${host}:${this.#port}?transport=udp`;
  }
}
