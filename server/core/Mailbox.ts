import { AppError } from './AppError.ts';

/**
 * Runs tasks one after another, in the order they were posted. An actor that changes its state only
 * inside its mailbox needs no other lock: nothing else of it runs between two `await`s of a task.
 */
export class Mailbox {
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Queues `task` and settles with its outcome.
   * @throws AppError INVALID_STATE when the mailbox is closed before the task begins.
   */
  post<T>(task: () => Promise<T> | T): Promise<T> {
    const outcome = this.#tail.then(() => {
      if (this.#closed) throw new AppError('INVALID_STATE');
      return task();
    });
    // A failed task is the poster's to handle and must not stop those behind it.
    this.#tail = outcome.catch(() => undefined);
    return outcome;
  }

  /** Tasks that have not begun are refused; the running one finishes. Idempotent. */
  close(): void {
    this.#closed = true;
  }

  /** Settles when everything posted so far has run. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
