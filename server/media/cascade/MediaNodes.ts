import type { EventEmitter } from 'node:events';
import type { MediaExecutor, NodeMediaEvent } from '../MediaExecutor.ts';

/** A media node as it is known now; what it reports may be seconds old. */
export interface MediaNodeSnapshot {
  nodeId: string;
  /** Whether it is this process. */
  isSelf: boolean;
  /** Whether it may get anything new: neither cordoned nor draining, nor there for mixing alone. */
  ready: boolean;
  /** Whether it gives away what it has. */
  draining: boolean;
  region: string | null;
  /** Live workers; load is the share in use, 0 to 1 and above. */
  workers: readonly { index: number; load: number }[];
}

export interface MediaNodesEvents {
  /** The node is gone, and all media on it. */
  'node-lost': [nodeId: string];
  /** An operator wants something else of the node. */
  'node-marked': [nodeId: string];
  /** The node is reached again, or for the first time: what it told in between may be lost. */
  'node-back': [nodeId: string];
  /** Something happened on a node in a meeting of ours; in the order of that node's answers. */
  event: [nodeId: string, event: NodeMediaEvent];
}

/** The nodes that can carry media, this one or others, as the owner of meetings sees them. */
export interface MediaNodes extends Pick<EventEmitter<MediaNodesEvents>, 'on' | 'off'> {
  /** Nodes that are alive as far as is known. Answers from memory. */
  snapshot(): readonly MediaNodeSnapshot[];
  /**
   * Commands of the node. They reach it in the order in which they were given, and throw what it
   * threw, or an error of their own when it cannot be reached or does not answer.
   */
  executor(nodeId: string): MediaExecutor;
}
