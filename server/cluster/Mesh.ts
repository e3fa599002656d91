import type { EventEmitter } from 'node:events';

/** The peer could not be reached, or the connection broke before it answered: it may have acted or not. */
export class UnreachableError extends Error {
  readonly instanceId: string;

  constructor(instanceId: string, reason: string) {
    super(`Node ${instanceId} cannot be reached: ${reason}`);
    this.name = 'UnreachableError';
    this.instanceId = instanceId;
  }
}

/** The peer is there and did not answer in time: this call has failed, nothing else has. */
export class MeshTimeoutError extends Error {
  readonly instanceId: string;
  readonly operation: string;

  constructor(instanceId: string, operation: string, timeoutMs: number) {
    super(`Node ${instanceId} did not answer ${operation} within ${timeoutMs} ms`);
    this.name = 'MeshTimeoutError';
    this.instanceId = instanceId;
    this.operation = operation;
  }
}

export const DEFAULT_CALL_TIMEOUT_MS = 5_000;

export interface CallOptions {
  /**
   * The answer is waited for this long, 5 s unless told; the peer drops the call unexecuted when it
   * comes later.
   */
  timeoutMs?: number;
}

/** Serves one operation. @param from instance that asks */
export type Operation = (args: unknown, from: string) => unknown;

interface MeshEvents {
  /** A connection to the peer is open, again or for the first time. */
  'link-up': [instanceId: string];
  /**
   * The connection is gone, or none could be opened. `refused`: nothing listens there any more, or
   * another instance does, tried twice; `silent`: neither pings nor a dial are answered; `closed`: it
   * ended, and either was opened again, which `link-up` tells next, or the peer does not want it.
   */
  'link-down': [instanceId: string, how: 'refused' | 'silent' | 'closed'];
}

/**
 * Direct messages between nodes: what one sends to another arrives in the order in which it was sent,
 * answers included, or not at all. A node reaches itself without a connection, in the same way.
 */
export interface Mesh extends Pick<EventEmitter<MeshEvents>, 'on' | 'off' | 'once'> {
  /** Serves an operation from now on. @throws Error when it is served already */
  serve(operation: string, act: Operation): void;
  /**
   * Asks a node and settles with its answer, plain data.
   * @throws AppError and StaleEpochError as thrown there, UnreachableError, MeshTimeoutError
   */
  call(
    instanceId: string,
    operation: string,
    args: unknown,
    options?: CallOptions,
  ): Promise<unknown>;
  /** Sends without waiting for anything; lost when the node cannot be reached. */
  tell(instanceId: string, operation: string, args: unknown): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export type { MeshEvents };
