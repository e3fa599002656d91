import { plain } from './envelopes.ts';
import { UnreachableError } from './Mesh.ts';
import type { Operations } from './Operations.ts';
import { PendingCalls } from './PendingCalls.ts';

/**
 * How a node reaches itself: at once and without a socket. What is asked and answered is copied as if
 * it had been sent, so that what works on one node works on several. What is told is not: most of what
 * a server sends to its clients goes this way, and nobody changes it afterwards.
 */
export class SelfPeer {
  readonly #instanceId: string;
  readonly #operations: Operations;
  readonly #pending: PendingCalls;
  #closed = false;

  constructor(instanceId: string, operations: Operations) {
    this.#instanceId = instanceId;
    this.#operations = operations;
    this.#pending = new PendingCalls(instanceId);
  }

  async call(operation: string, args: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#closed) throw new UnreachableError(this.#instanceId, 'the mesh is closed');
    const copy = plain(args);
    const { id, answer } = this.#pending.open(operation, timeoutMs);
    this.#operations.perform(operation, copy, this.#instanceId, plain).then(
      (data) => this.#pending.resolve(id, data),
      (error: unknown) => this.#pending.reject(id, error as Error),
    );
    return answer;
  }

  tell(operation: string, args: unknown): void {
    if (!this.#closed) this.#operations.hear(operation, args, this.#instanceId);
  }

  /** Calls that wait fail. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#pending.rejectAll('the mesh is closed');
  }
}
