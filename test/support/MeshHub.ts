import { EventEmitter } from 'node:events';
import type { Mesh, MeshEvents, Operation } from '../../server/cluster/Mesh.ts';

/** Nodes in this process that reach each other over links which can be cut, and lose what was on its way. */
export class MeshHub {
  readonly #nodes = new Map<string, HubMesh>();
  readonly #cut = new Set<string>();

  add(instanceId: string): HubMesh {
    const mesh = new HubMesh(instanceId, this);
    this.#nodes.set(instanceId, mesh);
    return mesh;
  }

  /** What is sent from now on is lost, in both directions. */
  cut(one: string, other: string): void {
    this.#cut.add(linkOf(one, other));
  }

  heal(one: string, other: string): void {
    if (!this.#cut.delete(linkOf(one, other))) return;
    this.#nodes.get(one)?.emit('link-up', other);
    this.#nodes.get(other)?.emit('link-up', one);
  }

  kill(instanceId: string): void {
    this.#nodes.delete(instanceId);
  }

  deliver(from: string, to: string, operation: string, message: string): void {
    if (this.#cut.has(linkOf(from, to))) return;
    // In order, and not in the turn in which it was sent.
    setImmediate(() => {
      if (!this.#cut.has(linkOf(from, to))) this.#nodes.get(to)?.hear(from, operation, message);
    });
  }
}

class HubMesh extends EventEmitter<MeshEvents> implements Mesh {
  readonly #instanceId: string;
  readonly #hub: MeshHub;
  readonly #operations = new Map<string, Operation>();

  constructor(instanceId: string, hub: MeshHub) {
    super();
    this.#instanceId = instanceId;
    this.#hub = hub;
  }

  serve(operation: string, act: Operation): void {
    this.#operations.set(operation, act);
  }

  call(): Promise<never> {
    return Promise.reject(new Error('nodes of this hub only tell'));
  }

  tell(instanceId: string, operation: string, args: unknown): void {
    this.#hub.deliver(this.#instanceId, instanceId, operation, JSON.stringify(args));
  }

  hear(from: string, operation: string, message: string): void {
    void this.#operations.get(operation)?.(JSON.parse(message), from);
  }

  close(): Promise<void> {
    this.#hub.kill(this.#instanceId);
    return Promise.resolve();
  }
}

function linkOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}
