import { EventEmitter } from 'node:events';
import type { Logger } from '../core/logger.ts';
import {
  DEFAULT_CALL_TIMEOUT_MS,
  UnreachableError,
  type CallOptions,
  type Mesh,
  type MeshEvents,
  type Operation,
} from './Mesh.ts';
import { Operations } from './Operations.ts';
import { SelfPeer } from './SelfPeer.ts';

/** The mesh of a node that is alone: it reaches itself and nobody else. */
export class LocalMesh extends EventEmitter<MeshEvents> implements Mesh {
  readonly #instanceId: string;
  readonly #operations: Operations;
  readonly #self: SelfPeer;

  constructor(instanceId: string, logger: Logger) {
    super();
    this.#instanceId = instanceId;
    this.#operations = new Operations(logger);
    this.#self = new SelfPeer(instanceId, this.#operations);
  }

  serve(operation: string, act: Operation): void {
    this.#operations.serve(operation, act);
  }

  async call(
    instanceId: string,
    operation: string,
    args: unknown,
    { timeoutMs = DEFAULT_CALL_TIMEOUT_MS }: CallOptions = {},
  ): Promise<unknown> {
    if (instanceId === this.#instanceId) return this.#self.call(operation, args, timeoutMs);
    throw new UnreachableError(instanceId, 'this node is alone');
  }

  tell(instanceId: string, operation: string, args: unknown): void {
    if (instanceId === this.#instanceId) this.#self.tell(operation, args);
  }

  async close(): Promise<void> {
    this.#self.close();
    this.removeAllListeners();
    return Promise.resolve();
  }
}
