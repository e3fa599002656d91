import type { EventEmitter } from 'node:events';
import type { NodeMark } from '../../protocol/admin.ts';

/** `mixer`: nothing but mixing; on other nodes, `mixerCapacity` tells whether they do. */
export type NodeRole = 'signaling' | 'media' | 'mixer';

export type { NodeMark };

/** What a node tells of itself once. */
export interface NodeIdentity {
  /** New for every start: what was promised to an earlier process of the same machine is void. */
  instanceId: string;
  /** For people; the host name unless configured. */
  name: string;
  roles: readonly NodeRole[];
  version: string;
  region: string | null;
  /** Where other nodes reach it, `ws://10.0.0.5:4502`; null on a node that is alone. */
  meshUrl: string | null;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
}

/** What changes with every heartbeat. */
export interface NodeLoad {
  /** Share of what it can do that is in use, 0 to 1 and above. */
  load: number;
  /** Meetings that it owns. */
  meetings: number;
  /** Client connections. */
  connections: number;
  /** Routers that it carries media with. */
  routers: number;
  /** Participants whose media it carries. */
  participants: number;
  /** Its live media workers; `load` is the share in use, 0 to 1 and above. */
  workers: readonly { index: number; load: number }[];
  /** How many meetings it can mix at a time; 0: it does not mix. */
  mixerCapacity: number;
}

export interface NodeInfo extends NodeIdentity, NodeLoad {
  mark: NodeMark;
  /** Milliseconds since the last heartbeat when the list was read, by the registry's clock. */
  silentMs: number;
}

interface NodeRegistryEvents {
  joined: [NodeInfo];
  /** Its heartbeats have stopped, it was declared dead, or it has left. */
  left: [instanceId: string];
  /** A mark is another. */
  marked: [NodeInfo];
  /** This node was declared dead, or the registry was wiped: it is registered again by now. */
  'self-lost': [{ wiped: boolean }];
  /** The registry answers again after it could not be reached. */
  reachable: [];
}

/**
 * Which nodes are there. Kept up to date in the background: questions are answered from memory and
 * never fail, however long the store behind it is away.
 */
export interface NodeRegistry extends Pick<
  EventEmitter<NodeRegistryEvents>,
  'on' | 'off' | 'once'
> {
  readonly self: NodeIdentity;
  /** Nodes that are alive as far as is known, this one included. */
  readonly nodes: readonly NodeInfo[];
  /** Whether the store behind it answers. */
  readonly isReachable: boolean;
  find(instanceId: string): NodeInfo | undefined;
  /** @throws AppError NOT_FOUND */
  mark(instanceId: string, mark: NodeMark): Promise<void>;
  /** There is proof that a node is gone: nobody waits for its heartbeat to run out. */
  declareDead(instanceId: string): Promise<void>;
  /** This node leaves. Idempotent. */
  close(): Promise<void>;
}

export type { NodeRegistryEvents };
