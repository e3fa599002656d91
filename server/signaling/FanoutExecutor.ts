import type { Server } from 'socket.io';
import type { Mesh } from '../cluster/Mesh.ts';
import { partsOf } from '../meetings/connectionIds.ts';
import { FANOUT, type FanoutMessage, type FanoutOrder } from './fanoutOrders.ts';

/** Epochs of this many meetings are remembered. */
const MAX_REMEMBERED = 10_000;

export interface FanoutListener {
  /** The meeting speaks of a connection that is gone: it came in when nobody here awaited that any more. */
  onMissing(meetingId: string, connectionId: string): void;
  /** The meeting's owner is another one, or is about to be. */
  onMoved(meetingId: string): void;
  /** The connection is in the meeting now: it waits no longer. */
  onEntered(meetingId: string, connectionId: string): void;
  /** The connection has no place in the meeting any more. */
  onLeft(meetingId: string, connectionId: string): void;
}

/**
 * Carries out on this node's sockets what owners of meetings have for their clients. An owner that was
 * succeeded reaches nobody any more.
 */
export class FanoutExecutor {
  readonly #io: Server;
  /** Highest epoch that an order came with; the meeting heard of last is the last. */
  readonly #epochs = new Map<string, number>();
  readonly #listener: FanoutListener;

  constructor(io: Server, mesh: Mesh, listener: FanoutListener) {
    this.#io = io;
    this.#listener = listener;
    // Only nodes of this cluster get here, and they send what `openFanout` does.
    mesh.serve(FANOUT, (message) => this.#execute(message as FanoutMessage));
  }

  #execute({ meetingId, epoch, order }: FanoutMessage): void {
    const known = this.#epochs.get(meetingId) ?? 0;
    if (order.do === 'look for the owner') {
      if (epoch >= known) this.#listener.onMoved(meetingId);
      return;
    }
    if (epoch < known) return;
    if (epoch > known) this.#remember(meetingId, epoch);
    this.#carryOut(meetingId, order);
  }

  #carryOut(meetingId: string, order: Exclude<FanoutOrder, { do: 'look for the owner' }>): void {
    switch (order.do) {
      case 'enter':
        void this.#socket(order.connectionId, meetingId)?.join(roomOf(meetingId));
        this.#listener.onEntered(meetingId, order.connectionId);
        break;
      case 'leave':
        void this.#find(order.connectionId)?.leave(roomOf(meetingId));
        this.#listener.onLeft(meetingId, order.connectionId);
        break;
      case 'tell':
        this.#socket(order.connectionId, meetingId)?.emit(order.name, order.payload);
        // Those who waited were in no room.
        if (order.name === 'join-denied') this.#listener.onLeft(meetingId, order.connectionId);
        break;
      case 'publish': {
        const local = order.volatile ? this.#io.local.volatile : this.#io.local;
        local.to(roomOf(meetingId)).emit(order.name, order.payload);
        break;
      }
    }
  }

  #find(connectionId: string) {
    return this.#io.sockets.sockets.get(partsOf(connectionId).socketId);
  }

  #socket(connectionId: string, meetingId: string) {
    const socket = this.#find(connectionId);
    if (!socket) this.#listener.onMissing(meetingId, connectionId);
    return socket;
  }

  #remember(meetingId: string, epoch: number): void {
    this.#epochs.delete(meetingId);
    this.#epochs.set(meetingId, epoch);
    if (this.#epochs.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#epochs.keys();
    if (oldest !== undefined) this.#epochs.delete(oldest);
  }
}

/** Where the sockets of a meeting's participants are. */
export function roomOf(meetingId: string): string {
  return `meeting:${meetingId}`;
}
