import { EventEmitter } from 'node:events';
import { z } from 'zod';
import type {
  NodeIdentity,
  NodeInfo,
  NodeLoad,
  NodeMark,
  NodeRegistry,
  NodeRegistryEvents,
} from '../cluster/NodeRegistry.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import {
  GENERATION_KEY,
  LEASE_TTL_MS,
  markKey,
  nodeKey,
  NODES_KEY,
  SETTLE_MS,
  SILENCE_MS,
} from './keys.ts';
import { HEARTBEAT, MARK, REMOVE } from './nodeScripts.ts';
import { parseNodes } from './nodeEntries.ts';
import type { RedisConnection } from './RedisConnection.ts';

export interface RedisNodeRegistryOptions {
  redis: RedisConnection;
  self: NodeIdentity;
  /** What this node tells of itself with each heartbeat. */
  report: () => NodeLoad;
  logger: Logger;
  heartbeatMs?: number;
  /** A node without a heartbeat for this long is gone. */
  ttlMs?: number;
  /** How long nodes are waited for after Redis was wiped or away. */
  settleMs?: number;
  /** How long all heartbeats have to be missing to mean that Redis was away; several of them. */
  silenceMs?: number;
}

const HEARTBEAT_MS = 1_000;
const NODE_TTL_MS = 10_000;

const heartbeatAnswer = z.tuple([
  z.string(),
  z.string(),
  z.array(z.union([z.string(), z.number()])),
]);

/**
 * The nodes that have a heartbeat in Redis. While Redis is away, and until the others had time to
 * come back to it, those known last stay in the list. What one heartbeat finds is told in this order:
 * `reachable`, `self-lost`, then of the others `left`, `joined` and `marked`.
 */
export class RedisNodeRegistry extends EventEmitter<NodeRegistryEvents> implements NodeRegistry {
  readonly self: NodeIdentity;
  readonly #redis: RedisConnection;
  readonly #report: () => NodeLoad;
  readonly #logger: Logger;
  readonly #heartbeatMs: number;
  readonly #ttlMs: number;
  readonly #settleMs: number;
  readonly #silenceMs: number;
  #known = new Map<string, NodeInfo>();
  #generation: string | undefined;
  #registration: string | undefined;
  #isReachable = true;
  /** Until then nobody is told to have left: they may not have found back yet. */
  #patientUntil = 0;
  #beating = false;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** Registers this node. @throws AppError UNAVAILABLE */
  static async create(options: RedisNodeRegistryOptions): Promise<RedisNodeRegistry> {
    const registry = new RedisNodeRegistry(options);
    await registry.#beat();
    registry.#start();
    return registry;
  }

  private constructor(options: RedisNodeRegistryOptions) {
    super();
    this.self = options.self;
    this.#redis = options.redis;
    this.#report = options.report;
    this.#logger = options.logger;
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#ttlMs = options.ttlMs ?? NODE_TTL_MS;
    this.#settleMs = options.settleMs ?? SETTLE_MS;
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
  }

  get nodes(): readonly NodeInfo[] {
    return [...this.#known.values()];
  }

  get isReachable(): boolean {
    return this.#isReachable;
  }

  find(instanceId: string): NodeInfo | undefined {
    return this.#known.get(instanceId);
  }

  /** @throws AppError NOT_FOUND, UNAVAILABLE */
  async mark(instanceId: string, mark: NodeMark): Promise<void> {
    const keys = [nodeKey(instanceId), markKey(instanceId)];
    const found = await this.#redis.run(MARK, keys, [mark, LEASE_TTL_MS]);
    if (found === 0) throw new AppError('NOT_FOUND', { message: 'There is no such node.' });
    const node = this.#known.get(instanceId);
    if (!node || node.mark === mark) return;
    const marked = { ...node, mark };
    this.#known.set(instanceId, marked);
    this.emit('marked', marked);
  }

  /**
   * Does nothing for this node itself: it is alive, or it could not say so.
   * @throws AppError UNAVAILABLE
   */
  async declareDead(instanceId: string): Promise<void> {
    if (instanceId === this.self.instanceId) return;
    await this.#redis.run(REMOVE, [nodeKey(instanceId), NODES_KEY], [instanceId]);
    if (!this.#known.delete(instanceId)) return;
    this.#logger.warn({ instanceId }, 'node declared dead');
    this.emit('left', instanceId);
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.off('ready', this.#hearReady);
    this.#redis.off('lost', this.#hearLost);
    this.removeAllListeners();
    const { instanceId } = this.self;
    await this.#redis.run(REMOVE, [nodeKey(instanceId), NODES_KEY], [instanceId]).catch(() => {
      // Redis is away, and forgets this node when its time is over.
    });
  }

  #start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#heartbeatMs);
    this.#redis.on('ready', this.#hearReady);
    this.#redis.on('lost', this.#hearLost);
  }

  readonly #hearReady = (): void => this.#tick();

  readonly #hearLost = (): void => {
    this.#isReachable = false;
  };

  #tick(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#beat()
      .catch((error: unknown) => {
        if (this.#closing) return;
        const away = error instanceof AppError && error.code === 'UNAVAILABLE';
        if (!away) this.#logger.error({ err: error }, 'heartbeat failed');
        else if (this.#isReachable) this.#logger.warn('Redis does not answer: nodes stay as known');
        this.#isReachable = false;
      })
      .finally(() => (this.#beating = false));
  }

  async #beat(): Promise<void> {
    const { instanceId } = this.self;
    const before = this.#known.get(instanceId);
    const load = this.#report();
    const answer = await this.#redis.run(
      HEARTBEAT,
      [nodeKey(instanceId), NODES_KEY, GENERATION_KEY, markKey(instanceId)],
      [
        instanceId,
        JSON.stringify(this.self),
        JSON.stringify(load),
        before?.mark ?? 'ready',
        this.#ttlMs,
        createId(),
        this.#settleMs,
        LEASE_TTL_MS,
        this.#silenceMs,
      ],
    );
    if (this.#closing) {
      // It was on its way when this node left, and has registered it again.
      await this.#redis.run(REMOVE, [nodeKey(instanceId), NODES_KEY], [instanceId]);
      return;
    }
    const [generation, registration, entries] = heartbeatAnswer.parse(answer);
    const wiped = this.#generation !== undefined && this.#generation !== generation;
    const lost = this.#registration !== undefined && this.#registration !== registration;
    this.#generation = generation;
    this.#registration = registration;
    const back = !this.#isReachable;
    this.#isReachable = true;
    if (back || wiped) this.#patientUntil = performance.now() + this.#settleMs;
    if (back) this.emit('reachable');
    if (wiped || lost) {
      this.#logger.warn({ wiped }, 'this node was registered no more, and is again');
      this.emit('self-lost', { wiped });
    }
    this.#adopt(parseNodes(entries, this.#logger));
  }

  /** Takes over who is alive, and tells what is different. */
  #adopt(alive: ReadonlyMap<string, NodeInfo>): void {
    const before = this.#known;
    const patient = performance.now() < this.#patientUntil;
    this.#known = new Map(alive);
    const left: string[] = [];
    for (const [instanceId, node] of before) {
      if (alive.has(instanceId)) continue;
      if (patient || instanceId === this.self.instanceId) this.#known.set(instanceId, node);
      else left.push(instanceId);
    }
    for (const instanceId of left) this.emit('left', instanceId);
    for (const node of alive.values()) {
      const known = before.get(node.instanceId);
      if (!known) {
        if (node.instanceId !== this.self.instanceId) this.emit('joined', node);
      } else if (known.mark !== node.mark) this.emit('marked', node);
    }
  }
}
