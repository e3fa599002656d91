import { EventEmitter } from 'node:events';
import { AppError } from '../core/AppError.ts';
import type { MediaNodes, MediaNodesEvents, MediaNodeSnapshot } from './cascade/MediaNodes.ts';
import type { MediaExecutor } from './MediaExecutor.ts';
import type { MediaNode } from './MediaNode.ts';

/** The media nodes of a server that is alone: itself. */
export class LocalMediaNodes extends EventEmitter<MediaNodesEvents> implements MediaNodes {
  readonly #nodeId: string;
  readonly #media: MediaNode;

  constructor(nodeId: string, media: MediaNode) {
    super();
    this.#nodeId = nodeId;
    this.#media = media;
    media.on('event', (owner, event) => {
      if (owner === nodeId) this.emit('event', nodeId, event);
    });
  }

  snapshot(): readonly MediaNodeSnapshot[] {
    const { loads: workers } = this.#media;
    return [{ nodeId: this.#nodeId, isSelf: true, ready: true, region: null, workers }];
  }

  executor(nodeId: string): MediaExecutor {
    if (nodeId !== this.#nodeId) throw new AppError('INVALID_STATE');
    return this.#media;
  }
}
