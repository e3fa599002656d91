import { EventEmitter } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import type { Script } from './scripts.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** A command that is not answered by then has failed, and may have been executed or not. */
const COMMAND_TIMEOUT_MS = 1_000;
/** A connection over which nothing came for this long, though something was asked, is given up. */
const SILENCE_TIMEOUT_MS = 3_000;
/** Subscribers ask for nothing by themselves, and would not notice that their connection is dead. */
const PING_INTERVAL_MS = 5_000;
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 500;
/** When a client may try again what failed because Redis was away. */
const RETRY_AFTER_MS = 1_000;
/** Refusals that tell of the state Redis is in, and not of a defect in the command. */
const TRANSIENT =
  /^-?(LOADING|READONLY|MASTERDOWN|NOREPLICAS|MISCONF|OOM|BUSY|TRYAGAIN|NOAUTH|UNKILLABLE)\b/;

type Options = RedisOptions & { replyMapping?: 'legacy' };

const OPTIONS: Options = {
  connectionName: 'parley',
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SILENCE_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * MIN_RETRY_MS, MAX_RETRY_MS),
  // A command given while Redis is away fails at once: waiting would only make it late, and one that
  // was underway is not repeated, since it may have been executed.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // Where a failover has made this server a replica, the address leads to the new primary.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

const SUBSCRIBER_OPTIONS: Options = {
  ...OPTIONS,
  commandTimeout: undefined,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  autoResendUnfulfilledCommands: true,
};

interface RedisConnectionEvents {
  /** Redis answers, again or for the first time. */
  ready: [];
  /** The connection is gone; the next is being tried. */
  lost: [];
}

/** A connection to Redis that comes back by itself, and whose commands fail at once while it is away. */
export class RedisConnection extends EventEmitter<RedisConnectionEvents> {
  readonly #url: string;
  readonly #client: ForgivingRedis;
  readonly #logger: Logger;
  readonly #duplicates = new Map<Redis, NodeJS.Timeout>();
  #isReady = false;
  #errors = 0;
  #losses = 0;
  #lastError: Error | undefined;
  #closed = false;

  /** Begins to connect. @param url `redis://` or `rediss://` */
  constructor(url: string, logger: Logger) {
    super();
    this.#url = url;
    this.#logger = logger;
    this.#client = new ForgivingRedis(url, OPTIONS);
    this.#client.on('error', (error: Error) => (this.#lastError = error));
    this.#client.on('ready', () => {
      this.#isReady = true;
      this.#lastError = undefined;
      this.#logger.info('Redis is connected');
      this.emit('ready');
    });
    this.#client.on('close', () => {
      if (!this.#isReady || this.#closed) return;
      this.#isReady = false;
      this.#losses += 1;
      this.#logger.warn({ reason: this.#lastError?.message }, 'Redis connection lost');
      this.emit('lost');
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Commands that failed, and connections that were lost, since the start. */
  get counts(): { errors: number; losses: number } {
    return { errors: this.#errors, losses: this.#losses };
  }

  /** @throws Error saying what is wrong when Redis does not answer in time */
  async waitUntilReady(timeoutMs: number): Promise<void> {
    if (this.#isReady) return;
    await new Promise<void>((resolve, reject) => {
      const ready = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.off('ready', ready);
        reject(this.#lastError ?? new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.once('ready', ready);
    });
  }

  /**
   * Runs a script, all or nothing of it.
   * @throws AppError UNAVAILABLE when Redis does not answer; the script may have run all the same
   */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await this.#client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      // Redis has been restarted since, or sees the script for the first time.
      if (!isReply(error, /^NOSCRIPT\b/)) throw this.#failed(error);
    }
    try {
      return await this.#client.eval(script.lua, keys.length, ...keys, ...args);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): unknown {
    this.#errors += 1;
    return translate(error);
  }

  /**
   * Another connection, closed with this one, for libraries that take a client: commands fail at once
   * while Redis is away. Their promises may be ignored: some libraries do, and a rejection that nobody
   * hears would end the process.
   */
  createClient(): Redis {
    return this.#duplicate(OPTIONS);
  }

  /**
   * Another connection to subscribe with, closed with this one. Subscriptions hold until they are
   * given up: those made while Redis is away are made when it is back, all others again.
   */
  createSubscriber(): Redis {
    return this.#duplicate(SUBSCRIBER_OPTIONS);
  }

  #duplicate(options: Options): Redis {
    const client = new ForgivingRedis(this.#url, options);
    client.on('error', (error: Error) =>
      this.#logger.debug({ reason: error.message }, 'Redis connection failed'),
    );
    const pings = setInterval(() => {
      if (client.status === 'ready') client.ping().catch(() => undefined);
    }, PING_INTERVAL_MS);
    this.#duplicates.set(client, pings);
    return client;
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#isReady = false;
    for (const [client, pings] of this.#duplicates) {
      clearInterval(pings);
      client.disconnect();
    }
    this.#duplicates.clear();
    this.#client.disconnect();
    this.removeAllListeners();
  }
}

/** A client whose promises may be ignored; ioredis ignores its own when it subscribes again. */
class ForgivingRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...args);
    if (answer instanceof Promise) answer.catch(() => undefined);
    return answer;
  }
}

function isReply(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && error.name === 'ReplyError' && pattern.test(error.message);
}

/** What Redis refuses for good is a defect of ours; everything else is Redis being away. */
function translate(error: unknown): unknown {
  if (isReply(error, /./) && !isReply(error, TRANSIENT)) return error;
  return new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS, cause: error });
}
