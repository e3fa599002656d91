import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/AppError.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Lease, LeaseStore } from '../cluster/LeaseStore.ts';
import { MeshTimeoutError, UnreachableError, type Mesh } from '../cluster/Mesh.ts';
import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import { chooseOwner } from './chooseOwner.ts';
import {
  operation,
  type OwnerAnswer,
  type OwnerArgs,
  type OwnerOperation,
} from './ownerOperations.ts';

export interface OwnersDeps {
  mesh: Mesh;
  leases: LeaseStore;
  registry: NodeRegistry;
}

export interface AskOptions {
  /** A meeting that nobody owns comes to life for it. */
  create: boolean;
  /** It may be sent again when nobody knows whether the owner has acted. */
  repeatable: boolean;
  /** Before the first request to an owner who is another one than before. */
  onOwner?: (lease: Lease) => Promise<void>;
  /** Awaited before each request to an owner; what it throws ends the search. */
  proceed?: () => Promise<void>;
  /** The owner's answer is waited for this long; as any call unless told. */
  timeoutMs?: number;
}

/** Owners of this many meetings are remembered; others are asked for again. */
const MAX_KNOWN = 10_000;
/** How long a request looks for an owner: longer than a takeover takes. */
const PATIENCE_MS = 8_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;
/** Loading a meeting takes several queries and an inventory of its media. */
export const OPEN_TIMEOUT_MS = 6_000;

/** Finds the owners of meetings, wherever they are, and asks them. */
export class Owners {
  readonly #deps: OwnersDeps;
  readonly #known = new Map<string, Lease>();
  readonly #looking = new Map<string, Promise<Lease>>();

  constructor(deps: OwnersDeps) {
    this.#deps = deps;
  }

  /** The owner that was found last. */
  known(meetingId: string): Lease | undefined {
    return this.#known.get(meetingId);
  }

  /** Meetings whose owner was last found on this node. */
  meetingsOf(instanceId: string): string[] {
    return [...this.#known].flatMap(([id, { owner }]) => (owner === instanceId ? [id] : []));
  }

  /** The owner as it is now; null when nobody owns the meeting. @throws AppError UNAVAILABLE */
  find(meetingId: string): Promise<Lease | null> {
    return this.#deps.leases.find(meetingId);
  }

  forget(meetingId: string): void {
    this.#known.delete(meetingId);
  }

  /**
   * Asks the owner of a meeting, the next one where it is gone before it answered. Null when nobody
   * owns the meeting and it is not to come to life.
   * @throws AppError as the owner did; UNAVAILABLE when no owner can be reached
   */
  async ask<O extends OwnerOperation>(
    meetingId: string,
    name: O,
    args: OwnerArgs<O>,
    { create, repeatable, onOwner, proceed, timeoutMs }: AskOptions,
  ): Promise<OwnerAnswer<O> | null> {
    const until = performance.now() + PATIENCE_MS;
    /** Whose node says that it does not have the meeting. */
    let denied: Lease | null = null;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const lease = await this.#locate(meetingId, create, denied);
        if (!lease) return null;
        await onOwner?.(lease);
        await proceed?.();
        return await this.#call(lease, meetingId, name, args, timeoutMs);
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (error instanceof StaleEpochError) denied = this.known(meetingId) ?? denied;
        this.forget(meetingId);
        const sent = error instanceof MeshTimeoutError || error instanceof UnreachableError;
        if ((sent && !repeatable) || performance.now() > until) throw unavailable(error);
      }
      await sleep(pauseMs);
    }
  }

  async #call<O extends OwnerOperation>(
    { owner, epoch }: Lease,
    meetingId: string,
    name: O,
    args: OwnerArgs<O>,
    timeoutMs: number | undefined,
  ): Promise<OwnerAnswer<O>> {
    // What a node of ours answers to this operation is this operation's answer.
    return this.#deps.mesh.call(
      owner,
      operation(name),
      { meetingId, epoch, args },
      timeoutMs === undefined ? {} : { timeoutMs },
    );
  }

  async #locate(meetingId: string, create: boolean, denied: Lease | null): Promise<Lease | null> {
    const known = this.#known.get(meetingId);
    if (known && this.#deps.registry.find(known.owner)) return known;
    const found = await this.#deps.leases.find(meetingId);
    // A lease that was not given up, or whose answer was lost: its node takes it up again.
    const isVacant = found && found.owner === denied?.owner && found.epoch === denied.epoch;
    if (found && !isVacant) return this.#remember(meetingId, found);
    return create ? this.#open(meetingId, found?.owner) : null;
  }

  /** Has a meeting come to life; once, however many ask for it here. */
  #open(meetingId: string, at?: string): Promise<Lease> {
    const looking = this.#looking.get(meetingId);
    if (looking) return looking;
    const opening = this.#openAnew(meetingId, at).finally(() => this.#looking.delete(meetingId));
    this.#looking.set(meetingId, opening);
    return opening;
  }

  async #openAnew(meetingId: string, at: string | undefined): Promise<Lease> {
    const { mesh, registry } = this.#deps;
    const owner = at ?? chooseOwner(registry.nodes, registry.self.instanceId);
    const opened = await mesh.call(owner, OPEN, { meetingId }, { timeoutMs: OPEN_TIMEOUT_MS });
    return this.#remember(meetingId, opened as Lease);
  }

  #remember(meetingId: string, lease: Lease): Lease {
    // The one that was found longest ago comes first.
    this.#known.delete(meetingId);
    this.#known.set(meetingId, lease);
    const [oldest] = this.#known.size > MAX_KNOWN ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    return lease;
  }
}

/** Brings a meeting to life at the node that is asked; answers its lease, whoever has it then. */
export const OPEN = 'meeting/open';

/** Whether another try may find another owner, or the same one in reach again. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof StaleEpochError ||
    error instanceof UnreachableError ||
    error instanceof MeshTimeoutError
  );
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: 1_000, cause });
}
