import type { Logger } from '../core/logger.ts';
import { presentable } from './envelopes.ts';
import type { Operation } from './Mesh.ts';

/** What this node does when it is asked, whoever asks. */
export class Operations {
  readonly #acts = new Map<string, Operation>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @throws Error when it is served already */
  serve(operation: string, act: Operation): void {
    if (this.#acts.has(operation)) throw new Error(`operation ${operation} is served already`);
    this.#acts.set(operation, act);
  }

  /**
   * Begins at once, so that what was asked first begins first.
   * @param finish takes the result; when it fails, the operation has
   * @throws AppError and StaleEpochError, nothing else
   */
  async perform<T>(
    operation: string,
    args: unknown,
    from: string,
    finish: (result: unknown) => T,
  ): Promise<T> {
    try {
      return finish(await this.#actOf(operation)(args, from));
    } catch (error) {
      throw presentable(error, { operation, from }, this.#logger);
    }
  }

  /** Begins at once; nobody waits for the result, so what goes wrong is only logged. */
  hear(operation: string, args: unknown, from: string): void {
    const fail = (error: unknown): void => {
      this.#logger.warn({ err: error, operation, from }, 'what another node told failed');
    };
    try {
      Promise.resolve(this.#actOf(operation)(args, from)).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #actOf(operation: string): Operation {
    const act = this.#acts.get(operation);
    if (!act) throw new Error(`nobody serves operation ${operation} here`);
    return act;
  }
}
