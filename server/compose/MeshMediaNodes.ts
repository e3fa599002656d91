import { EventEmitter } from 'node:events';
import type { FailureDetector } from '../cluster/FailureDetector.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import type {
  MediaNodes,
  MediaNodesEvents,
  MediaNodeSnapshot,
} from '../media/cascade/MediaNodes.ts';
import {
  execute,
  executorOver,
  type Command,
  type MediaCommandName,
  type MediaExecutor,
  type NodeMediaEvent,
} from '../media/MediaExecutor.ts';
import type { MediaNode } from '../media/MediaNode.ts';

const COMMAND = 'media/command';
const EVENT = 'media/event';
/** Of a command that a busy worker answers late. */
const COMMAND_TIMEOUT_MS = 4_000;
/** A router waits for a worker when none is alive. */
const OPEN_TIMEOUT_MS = 12_000;

interface CommandMessage {
  name: MediaCommandName;
  command: Command;
}

/** Has a node carry out the commands of meetings' owners, this process' own among them, and report to them. */
export function serveMedia(mesh: Mesh, media: MediaNode): void {
  // Only nodes of this cluster get here, and they send what `MeshMediaNodes` does.
  mesh.serve(COMMAND, (message) => {
    const { name, command } = message as CommandMessage;
    return execute(media, name, command);
  });
  media.on('event', (owner, event) => mesh.tell(owner, EVENT, event));
}

/** The nodes of the cluster that carry media. */
export class MeshMediaNodes extends EventEmitter<MediaNodesEvents> implements MediaNodes {
  readonly #registry: NodeRegistry;
  readonly #mesh: Mesh;

  constructor(registry: NodeRegistry, mesh: Mesh, failures: FailureDetector) {
    super();
    this.#registry = registry;
    this.#mesh = mesh;
    mesh.serve(EVENT, (event, from) => this.emit('event', from, event as NodeMediaEvent));
    failures.on('dead', (instanceId) => this.emit('node-lost', instanceId));
    registry.on('marked', ({ instanceId }) => this.emit('node-marked', instanceId));
    registry.on('joined', ({ instanceId }) => {
      // One that was draining before this node knew of it, or that was thought dead: nobody may have
      // anything to say to it.
      this.emit('node-marked', instanceId);
      this.emit('node-back', instanceId);
    });
    mesh.on('link-up', (instanceId) => this.emit('node-back', instanceId));
  }

  snapshot(): readonly MediaNodeSnapshot[] {
    const { instanceId } = this.#registry.self;
    return (
      this.#registry.nodes
        // Whoever takes a meeting over has to ask mixers as well: they have a router of it.
        .filter(({ roles }) => roles.includes('media') || roles.includes('mixer'))
        .map(({ instanceId: nodeId, mark, region, roles, workers }) => ({
          nodeId,
          isSelf: nodeId === instanceId,
          ready: mark === 'ready' && roles.includes('media'),
          draining: mark === 'draining',
          region,
          workers,
        }))
    );
  }

  executor(nodeId: string): MediaExecutor {
    return executorOver((name, command) => {
      const timeoutMs = name === 'openRouter' ? OPEN_TIMEOUT_MS : COMMAND_TIMEOUT_MS;
      const message: CommandMessage = { name, command };
      return this.#mesh.call(nodeId, COMMAND, message, { timeoutMs });
    });
  }
}
