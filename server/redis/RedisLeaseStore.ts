import { z } from 'zod';
import type { Acquisition, Lease, LeaseStore } from '../cluster/LeaseStore.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import {
  EPOCH_TTL_MS,
  epochKey,
  GENERATION_KEY,
  LEASE_TTL_MS,
  NODES_KEY,
  ownerKey,
  participantsKey,
  SETTLE_MS,
  SILENCE_MS,
  stateKey,
} from './keys.ts';
import { ACQUIRE, FIND, REASSERT, RELEASE, RENEW } from './leaseScripts.ts';
import type { RedisConnection } from './RedisConnection.ts';

export interface RedisLeaseStoreOptions {
  redis: RedisConnection;
  /** Of this node; it must be registered, or others take for dead what owns its leases. */
  instanceId: string;
  logger: Logger;
  /** How often leases are renewed. */
  renewMs?: number;
  /** How long owners are waited for after Redis was wiped or away. */
  settleMs?: number;
  /** How long all heartbeats have to be missing to mean that Redis was away. */
  silenceMs?: number;
}

const RENEW_MS = 5 * 60 * 1_000;

const acquireAnswer = z.union([
  z.tuple([z.literal(1), z.number()]),
  z.tuple([z.literal(0), z.string(), z.number()]),
  z.tuple([z.literal(-1), z.number()]),
]);
const findAnswer = z.tuple([z.string(), z.number()]).nullable();

/**
 * Leases in Redis. An owner is alive as long as the key of its node is there; it renews its leases in
 * the background. Everything throws AppError UNAVAILABLE while Redis is away.
 */
export class RedisLeaseStore implements LeaseStore {
  readonly #redis: RedisConnection;
  readonly #instanceId: string;
  readonly #logger: Logger;
  readonly #settleMs: number;
  readonly #silenceMs: number;
  /** Epochs of the meetings that this node owns as far as it knows. */
  readonly #owned = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor({ redis, instanceId, logger, ...times }: RedisLeaseStoreOptions) {
    this.#redis = redis;
    this.#instanceId = instanceId;
    this.#logger = logger;
    this.#settleMs = times.settleMs ?? SETTLE_MS;
    this.#silenceMs = times.silenceMs ?? SILENCE_MS;
    this.#timer = setInterval(() => void this.#renewAll(), times.renewMs ?? RENEW_MS);
  }

  /** @throws AppError UNAVAILABLE, also while an owner is waited for that Redis may have forgotten */
  async acquire(meetingId: string, knownEpoch: number): Promise<Acquisition> {
    const answer = acquireAnswer.parse(
      await this.#redis.run(
        ACQUIRE,
        [ownerKey(meetingId), epochKey(meetingId), NODES_KEY, GENERATION_KEY],
        [this.#instanceId, knownEpoch, this.#settleMs, LEASE_TTL_MS, EPOCH_TTL_MS, this.#silenceMs],
      ),
    );
    switch (answer[0]) {
      case 1:
        this.#owned.set(meetingId, answer[1]);
        return { granted: true, epoch: answer[1] };
      case 0:
        this.#owned.delete(meetingId);
        return { granted: false, owner: answer[1], epoch: answer[2] };
      case -1:
        throw new AppError('UNAVAILABLE', { retryAfterMs: answer[1] });
    }
  }

  async find(meetingId: string): Promise<Lease | null> {
    const answer = findAnswer.parse(await this.#redis.run(FIND, [ownerKey(meetingId)], []));
    return answer && { owner: answer[0], epoch: answer[1] };
  }

  async release(meetingId: string, epoch: number): Promise<void> {
    if (this.#owned.get(meetingId) === epoch) this.#owned.delete(meetingId);
    await this.#redis.run(RELEASE, [ownerKey(meetingId)], [epoch]);
  }

  async reassert(meetingId: string, epoch: number): Promise<boolean> {
    const granted = await this.#redis.run(
      REASSERT,
      [ownerKey(meetingId), epochKey(meetingId)],
      [this.#instanceId, epoch, LEASE_TTL_MS, EPOCH_TTL_MS],
    );
    if (granted === 1) this.#owned.set(meetingId, epoch);
    else this.#owned.delete(meetingId);
    return granted === 1;
  }

  /** Renews no more; leases stay until they are released or this node is gone. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#owned.clear();
  }

  async #renewAll(): Promise<void> {
    try {
      for (const [meetingId, epoch] of [...this.#owned]) {
        // Given up while others were renewed.
        if (this.#owned.get(meetingId) !== epoch) continue;
        const renewed = await this.#redis.run(
          RENEW,
          [ownerKey, epochKey, stateKey, participantsKey].map((key) => key(meetingId)),
          [epoch, LEASE_TTL_MS, EPOCH_TTL_MS],
        );
        // Another has it by now, or Redis was wiped: whoever owns it will hear of that, and reassert.
        if (renewed === 0 && this.#owned.get(meetingId) === epoch) this.#owned.delete(meetingId);
      }
    } catch (error) {
      // The next time comes long before they run out.
      this.#logger.warn({ err: error }, 'leases were not renewed');
    }
  }
}
