import { EventEmitter } from 'node:events';
import type { MediaNodes, MediaNodesEvents } from '../../server/media/cascade/MediaNodes.ts';
import {
  execute,
  executorOver,
  type Command,
  type MediaCommandName,
  type MediaExecutor,
  type NodeMediaEvent,
} from '../../server/media/MediaExecutor.ts';
import type { MediaNode } from '../../server/media/MediaNode.ts';

class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A node as another machine reaches it: nothing crosses but messages of plain data. */
export function overPlainData(
  node: MediaExecutor,
  before: (name: MediaCommandName, command: Command) => unknown = () => undefined,
): MediaExecutor {
  return executorOver(async (name, command) => {
    await Promise.resolve();
    await before(name, command);
    return structuredClone(await execute(node, name, structuredClone(command)));
  });
}

/** Several media nodes of one process, with nothing between them and their owners but plain data. */
export class MediaNodesInProcess extends EventEmitter<MediaNodesEvents> implements MediaNodes {
  /** Every command that was given, in order. */
  readonly given: { nodeId: string; name: MediaCommandName; command: Command }[] = [];
  readonly #nodes: ReadonlyMap<string, MediaNode>;
  readonly #unsubscribe: (() => unknown)[] = [];
  readonly #gone = new Set<string>();
  readonly #held = new Map<string, PromiseWithResolvers<void>>();
  readonly #draining = new Set<string>();
  readonly #executors: ReadonlyMap<string, MediaExecutor>;

  /** @param owner whose events these are */
  constructor(owner: string, nodes: ReadonlyMap<string, MediaNode>) {
    super();
    this.#nodes = nodes;
    this.#executors = new Map(
      [...nodes].map(([nodeId, node]) => [
        nodeId,
        overPlainData(node, async (name, command) => {
          this.given.push({ nodeId, name, command });
          await this.#held.get(nodeId)?.promise;
          if (this.#gone.has(nodeId)) throw new UnreachableError(nodeId);
        }),
      ]),
    );
    for (const [nodeId, node] of nodes) {
      const pass = (of: string, event: NodeMediaEvent): void => {
        if (of !== owner || this.#gone.has(nodeId)) return;
        this.emit('event', nodeId, structuredClone(event));
      };
      node.on('event', pass);
      this.#unsubscribe.push(() => node.off('event', pass));
    }
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  snapshot() {
    return [...this.#nodes]
      .filter(([nodeId]) => !this.#gone.has(nodeId))
      .map(([nodeId, { loads }]) => ({
        nodeId,
        isSelf: false,
        ready: !this.#draining.has(nodeId),
        draining: this.#draining.has(nodeId),
        region: null,
        workers: loads,
      }));
  }

  executor(nodeId: string): MediaExecutor {
    const executor = this.#executors.get(nodeId);
    if (!executor) throw new UnreachableError(nodeId);
    return executor;
  }

  /** Commands fail and events are lost, and nobody knows why. */
  cut(nodeId: string): void {
    this.#gone.add(nodeId);
  }

  /** The node is gone for good, and the owner hears of it. */
  lose(nodeId: string): void {
    this.cut(nodeId);
    this.emit('node-lost', nodeId);
  }

  /** Commands to the node are under way until they are let go. */
  hold(nodeId: string): void {
    this.#held.set(nodeId, Promise.withResolvers());
  }

  letGo(nodeId: string): void {
    this.#held.get(nodeId)?.resolve();
    this.#held.delete(nodeId);
  }

  /** The node is to give away what it has. */
  drain(nodeId: string): void {
    this.#draining.add(nodeId);
    this.emit('node-marked', nodeId);
  }

  /** It may keep what it has left. */
  undrain(nodeId: string): void {
    this.#draining.delete(nodeId);
    this.emit('node-marked', nodeId);
  }

  /** It can be reached again. */
  mend(nodeId: string): void {
    this.#gone.delete(nodeId);
  }

  /** It can be reached again, and the owner hears of it. */
  restore(nodeId: string): void {
    this.mend(nodeId);
    this.emit('node-back', nodeId);
  }

  /** How often a command was given. */
  count(name: MediaCommandName): number {
    return this.given.filter((one) => one.name === name).length;
  }
}
