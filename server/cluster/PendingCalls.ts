import { MeshTimeoutError, UnreachableError } from './Mesh.ts';

interface PendingCall {
  resolve: (data: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** Calls to one node that have no answer yet. Whatever comes for a call that is not here is ignored. */
export class PendingCalls {
  readonly #instanceId: string;
  readonly #calls = new Map<number, PendingCall>();
  #lastId = 0;

  constructor(instanceId: string) {
    this.#instanceId = instanceId;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** A new call; `answer` rejects with MeshTimeoutError when none comes within `timeoutMs`. */
  open(operation: string, timeoutMs: number): { id: number; answer: Promise<unknown> } {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.reject(id, new MeshTimeoutError(this.#instanceId, operation, timeoutMs));
      }, timeoutMs);
      this.#calls.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  has(id: number): boolean {
    return this.#calls.has(id);
  }

  resolve(id: number, data: unknown): void {
    this.#take(id)?.resolve(data);
  }

  reject(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** Every call fails with UnreachableError. */
  rejectAll(reason: string): void {
    for (const id of [...this.#calls.keys()]) {
      this.reject(id, new UnreachableError(this.#instanceId, reason));
    }
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (!call) return undefined;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    return call;
  }
}
