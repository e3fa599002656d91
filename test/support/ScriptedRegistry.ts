import { EventEmitter } from 'node:events';
import type {
  NodeIdentity,
  NodeInfo,
  NodeRegistry,
  NodeRegistryEvents,
} from '../../server/cluster/NodeRegistry.ts';
import { IDLE } from './idle.ts';

const identityOf = (instanceId: string): NodeIdentity => ({
  instanceId,
  name: instanceId,
  roles: ['signaling', 'media'],
  version: '0',
  region: null,
  meshUrl: null,
  startedAt: 0,
});

/** A registry in which the test decides what is known. */
export class ScriptedRegistry extends EventEmitter<NodeRegistryEvents> implements NodeRegistry {
  readonly self = identityOf('self');
  readonly declaredDead: string[] = [];
  readonly heartbeatAges = new Map<string, number>();
  isReachable = true;

  get nodes(): readonly NodeInfo[] {
    return [...this.heartbeatAges.keys()].map((id) => this.#infoOf(id));
  }

  find(instanceId: string): NodeInfo | undefined {
    return this.heartbeatAges.has(instanceId) ? this.#infoOf(instanceId) : undefined;
  }

  async mark(): Promise<void> {
    return Promise.resolve();
  }

  async declareDead(instanceId: string): Promise<void> {
    if (!this.isReachable) throw new Error('the registry is away');
    this.declaredDead.push(instanceId);
    this.heartbeatAges.delete(instanceId);
    this.emit('left', instanceId);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  join(instanceId: string): void {
    this.heartbeatAges.set(instanceId, 0);
    this.emit('joined', this.#infoOf(instanceId));
  }

  #infoOf(instanceId: string): NodeInfo {
    return {
      ...identityOf(instanceId),
      ...IDLE,
      mark: 'ready',
      silentMs: this.heartbeatAges.get(instanceId) ?? 0,
    };
  }
}
