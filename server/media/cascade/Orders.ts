import { StaleEpochError } from '../../core/StaleEpochError.ts';
import {
  execute,
  type Command,
  type MediaCommandName,
  type MediaExecutor,
} from '../MediaExecutor.ts';
import type { MediaNodes } from './MediaNodes.ts';
import { isUnreachable, toCommandError } from './unavailable.ts';

/** What a command takes apart from who gives it. */
type Order<N extends MediaCommandName> = Omit<Parameters<MediaExecutor[N]>[0], keyof Command>;
type Answer<N extends MediaCommandName> = Awaited<ReturnType<MediaExecutor[N]>>;

/** Gives the commands of one meeting's owner to nodes. */
export class Orders {
  readonly #nodes: Pick<MediaNodes, 'executor'>;
  readonly #command: Command;
  readonly #onStale: () => void;
  /** Nodes that may not have heard of something that has ended. */
  readonly #lost = new Set<string>();

  /** @param onStale somebody else owns the meeting by now */
  constructor(nodes: Pick<MediaNodes, 'executor'>, command: Command, onStale: () => void) {
    this.#nodes = nodes;
    this.#command = command;
    this.#onStale = onStale;
  }

  /**
   * @throws AppError as the node threw it, or when it cannot be reached: then the node may have acted
   * or not. StaleEpochError
   */
  give<N extends MediaCommandName>(nodeId: string, name: N, order: Order<N>): Promise<Answer<N>> {
    return this.#give(nodeId, name, order).catch((error: unknown) => {
      throw toCommandError(error);
    });
  }

  /**
   * For what holds whether or not the node hears of it: one that cannot be reached is compared with once
   * it can be.
   * @throws AppError as the node threw it, StaleEpochError
   */
  async insist<N extends MediaCommandName>(
    nodeId: string,
    name: N,
    order: Order<N>,
  ): Promise<void> {
    try {
      await this.#give(nodeId, name, order);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.noteLost(nodeId);
    }
  }

  /**
   * For what ends something: never rejects. A node that cannot be told is compared with once it can be
   * reached.
   */
  end<N extends MediaCommandName>(nodeId: string, name: N, order: Order<N>): Promise<void> {
    return this.give(nodeId, name, order).then(
      () => undefined,
      () => this.noteLost(nodeId),
    );
  }

  /** The node was given up, with whatever it has. */
  noteLost(nodeId: string): void {
    this.#lost.add(nodeId);
  }

  /** Whether the node may not have heard of something that has ended. */
  hasLost(nodeId: string): boolean {
    return this.#lost.has(nodeId);
  }

  /** It is known again what the node has. */
  forgetLost(nodeId: string): void {
    this.#lost.delete(nodeId);
  }

  async #give<N extends MediaCommandName>(
    nodeId: string,
    name: N,
    order: Order<N>,
  ): Promise<Answer<N>> {
    try {
      const command = { ...this.#command, ...order };
      return (await execute(this.#nodes.executor(nodeId), name, command)) as Answer<N>;
    } catch (error) {
      if (error instanceof StaleEpochError) this.#onStale();
      throw error;
    }
  }
}
