import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Logger } from '../core/logger.ts';
import { dial, type DialOutcome } from './dial.ts';
import { fromWire, plain, presentable, toWire, type Message } from './envelopes.ts';
import { UnreachableError } from './Mesh.ts';
import { MeshLink, monotonicMs, type MeshTimings } from './MeshLink.ts';
import { signMeshToken, verifyMeshToken } from './meshTokens.ts';
import type { Operations } from './Operations.ts';
import { PendingCalls } from './PendingCalls.ts';

/** Tries that get the same discouraging answer before a dial is given up. */
const TRIES = 2;

export type LinkLoss = 'refused' | 'silent' | 'closed';

export interface PeerDeps {
  /** This node. */
  self: string;
  key: Buffer;
  addressOf: (instanceId: string) => string | undefined;
  operations: Operations;
  timings: MeshTimings;
  logger: Logger;
  linkUp: (instanceId: string) => void;
  linkDown: (instanceId: string, how: LinkLoss) => void;
}

interface QueuedCall {
  kind: 'call';
  id: number;
  operation: string;
  args: unknown;
  /** When its caller gives up, by our monotonic clock. */
  deadline: number;
}
type Queued = QueuedCall | { kind: 'tell'; operation: string; args: unknown };

/** A dial under way, of one or more tries. */
interface Dialling {
  kind: 'dialling';
  /** What is sent first thing, in order. */
  queue: Queued[];
  /** There was a link before, whose loss nobody has been told yet. */
  lost: boolean;
  /** A try is in flight, not the wait before the next. */
  trying: boolean;
  stop: AbortController;
}
type State = { kind: 'idle' } | Dialling | ({ kind: 'up' } & OpenLink) | { kind: 'closed' };

interface OpenLink {
  link: MeshLink;
  id: string;
  dialledHere: boolean;
}

/** A connection that is open, with who has dialled it. */
export interface Opened {
  socket: WebSocket;
  linkId: string;
  dialledHere: boolean;
  /** When our part of the handshake was sent, by our monotonic clock. */
  openedAt: number;
}

/**
 * Another node, and at most one link to it, which carries both directions whoever has dialled it:
 * TCP keeps the order of what is sent, answers included, and a call is sent once or not at all, so
 * that none is executed twice. A link that ends is dialled again at once, to learn whether the peer
 * is still there; when that fails, only what is sent next dials again.
 *
 * Who dials has no link, so a new one takes the place of one that there still is, of which nothing
 * is read any more. When both dial at the same time, the dial of the instance with the lower id goes
 * first: that one turns the other's away, and the other gives up its own for it.
 */
export class Peer {
  readonly instanceId: string;
  readonly #deps: PeerDeps;
  readonly #logger: Logger;
  readonly #pending: PendingCalls;
  #state: State = { kind: 'idle' };
  #lastLink: string | null = null;

  constructor(instanceId: string, deps: PeerDeps) {
    this.instanceId = instanceId;
    this.#deps = deps;
    this.#logger = deps.logger.child({ peer: instanceId });
    this.#pending = new PendingCalls(instanceId);
  }

  /** Neither a link nor a dial nor a call: nothing is lost with this object. */
  get isIdle(): boolean {
    return this.#state.kind === 'idle' && this.#pending.size === 0;
  }

  /**
   * Whether a connection from the peer is welcome, or ours goes first.
   * @param after the last link that the peer knew of when it dialled
   */
  mayAccept(after: string | null): boolean {
    const state = this.#state;
    switch (state.kind) {
      case 'idle':
        return true;
      case 'dialling':
        return !state.trying || this.#deps.self > this.instanceId;
      case 'up':
        // Dialled before the peer had taken the link that there is: it has given up that dial.
        return !state.dialledHere || state.id === after;
      case 'closed':
        return false;
    }
  }

  async call(operation: string, args: unknown, timeoutMs: number): Promise<unknown> {
    const state = this.#state;
    if (state.kind === 'closed') throw new UnreachableError(this.instanceId, 'the mesh is closed');
    if (state.kind === 'up') {
      const { id, answer } = this.#pending.open(operation, timeoutMs);
      try {
        state.link.send({ kind: 'call', id, operation, args, ttlMs: timeoutMs });
      } catch (error) {
        this.#pending.reject(id, error as Error);
      }
      return answer;
    }
    const copy = plain(args);
    const { id, answer } = this.#pending.open(operation, timeoutMs);
    const deadline = monotonicMs() + timeoutMs;
    this.#enqueue({ kind: 'call', id, operation, args: copy, deadline });
    return answer;
  }

  tell(operation: string, args: unknown): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    if (state.kind === 'up') state.link.send({ kind: 'tell', operation, args });
    else this.#enqueue({ kind: 'tell', operation, args: plain(args) });
  }

  /** Takes an open connection into use that the peer or this node has dialled. */
  adopt({ socket, linkId, dialledHere, openedAt }: Opened): void {
    const before = this.#state;
    if (before.kind === 'closed') {
      socket.terminate();
      return;
    }
    const link: MeshLink = new MeshLink(
      socket,
      openedAt,
      {
        receive: (message, ageMs) => this.#receive(link, message, ageMs),
        ended: (how) => this.#linkEnded(how),
      },
      this.#deps.timings,
      this.#logger,
    );
    this.#state = { kind: 'up', link, id: linkId, dialledHere };
    this.#lastLink = linkId;
    let lost = false;
    if (before.kind === 'up') {
      before.link.terminate();
      this.#pending.rejectAll('the peer has connected anew');
      lost = true;
    }
    if (before.kind === 'dialling') {
      before.stop.abort();
      for (const queued of before.queue) this.#flush(link, queued);
      lost = before.lost;
    }
    this.#logger.info('link to node up');
    if (lost) this.#deps.linkDown(this.instanceId, 'closed');
    this.#deps.linkUp(this.instanceId);
  }

  /** Calls that wait fail; what was sent before still arrives. Idempotent. */
  async close(): Promise<void> {
    const before = this.#state;
    this.#state = { kind: 'closed' };
    this.#pending.rejectAll('the mesh is closed');
    if (before.kind === 'dialling') before.stop.abort();
    if (before.kind === 'up') await before.link.close();
  }

  #enqueue(queued: Queued): void {
    if (this.#state.kind === 'dialling') this.#state.queue.push(queued);
    else this.#startDial([queued], false);
  }

  #flush(link: MeshLink, queued: Queued): void {
    try {
      if (queued.kind === 'tell') {
        link.send(queued);
        return;
      }
      const { id, operation, args, deadline } = queued;
      // Otherwise its caller has given up.
      if (!this.#pending.has(id)) return;
      link.send({ kind: 'call', id, operation, args, ttlMs: deadline - monotonicMs() });
    } catch (error) {
      // Too large: whoever sent it has gone on, and the link has done nothing wrong.
      if (queued.kind === 'call') this.#pending.reject(queued.id, error as Error);
      else this.#logger.error({ err: error, operation: queued.operation }, 'tell cannot be sent');
    }
  }

  #linkEnded(how: 'closed' | 'silent'): void {
    this.#logger.info({ how }, 'link to node down');
    this.#pending.rejectAll('the connection has ended');
    if (how === 'closed') {
      this.#startDial([], true);
      return;
    }
    this.#state = { kind: 'idle' };
    this.#deps.linkDown(this.instanceId, 'silent');
  }

  #startDial(queue: Queued[], lost: boolean): void {
    const dialling: Dialling = {
      kind: 'dialling',
      queue,
      lost,
      trying: false,
      stop: new AbortController(),
    };
    this.#state = dialling;
    void this.#dial(dialling);
  }

  async #dial(dialling: Dialling): Promise<void> {
    const { addressOf, timings } = this.#deps;
    const counts = new Map<DialOutcome, number>();
    const until = monotonicMs() + timings.silentMs;
    for (;;) {
      const url = addressOf(this.instanceId);
      if (url === undefined) {
        this.#giveUp(dialling, 'closed', 'its address is not known');
        return;
      }
      dialling.trying = true;
      const outcome = await this.#tryOnce(url, dialling);
      dialling.trying = false;
      const count = (counts.get(outcome) ?? 0) + 1;
      counts.set(outcome, count);
      const loss = lossAfter(outcome, count, monotonicMs() > until);
      if (loss) {
        this.#giveUp(dialling, loss, `${url}: ${outcome}`);
        return;
      }
      await sleep(timings.redialMs, null, { signal: dialling.stop.signal }).catch(() => undefined);
      // Open by now, be it by the peer's own dial, or this node goes.
      if (this.#state !== dialling) return;
    }
  }

  async #tryOnce(url: string, dialling: Dialling): Promise<DialOutcome> {
    const { self, key, timings } = this.#deps;
    const credentials = { from: self, link: randomUUID(), after: this.#lastLink };
    return dial(url, {
      token: signMeshToken(key, credentials, this.instanceId),
      verify: (token) => {
        const { from, link } = verifyMeshToken(key, token, self);
        if (from !== this.instanceId || link !== credentials.link) throw new Error('not the peer');
      },
      timeoutMs: timings.silentMs,
      signal: dialling.stop.signal,
      opened: (socket, openedAt) =>
        this.adopt({ socket, linkId: credentials.link, dialledHere: true, openedAt }),
    });
  }

  #giveUp(dialling: Dialling, how: LinkLoss, reason: string): void {
    if (this.#state !== dialling) return;
    this.#logger.info({ how, reason }, 'node not reached');
    this.#state = { kind: 'idle' };
    this.#pending.rejectAll(reason);
    // Nothing has ended, and nothing is known of the peer.
    if (how === 'closed' && !dialling.lost) return;
    this.#deps.linkDown(this.instanceId, how);
  }

  #receive(link: MeshLink, message: Message, ageMs: number): void {
    switch (message.kind) {
      case 'call':
        if (ageMs > message.ttlMs) {
          this.#logger.info({ operation: message.operation, ageMs }, 'call came too late: dropped');
          return;
        }
        void this.#answer(link, message);
        return;
      case 'tell':
        this.#deps.operations.hear(message.operation, message.args, this.instanceId);
        return;
      case 'answer':
        this.#pending.resolve(message.id, message.data);
        return;
      case 'refusal':
        this.#pending.reject(message.id, fromWire(message.error));
    }
  }

  /** The answer goes the way of the question: a caller whose link has ended waits no more. */
  async #answer(
    link: MeshLink,
    { id, operation, args }: Extract<Message, { kind: 'call' }>,
  ): Promise<void> {
    const from = this.instanceId;
    const { operations } = this.#deps;
    const refuse = (error: unknown): void => {
      const refusal = presentable(error, { operation, from }, this.#logger);
      link.send({ kind: 'refusal', id, error: toWire(refusal) });
    };
    try {
      await operations.perform(operation, args, from, (data) =>
        link.send({ kind: 'answer', id, data }),
      );
    } catch (error) {
      try {
        refuse(error);
      } catch (unsendable) {
        // Its details are no plain data.
        refuse(unsendable);
      }
    }
  }
}

/** What a dial says of the peer once one of its tries has ended like this `count` times; null: try again. */
export function lossAfter(outcome: DialOutcome, count: number, isLate: boolean): LinkLoss | null {
  switch (outcome) {
    case 'gone':
      return count >= TRIES ? 'refused' : null;
    // A process that dies does so before the next try.
    case 'broken':
      return count >= TRIES ? 'closed' : null;
    // Its own connection comes, or has failed by then.
    case 'busy':
      return isLate ? 'closed' : null;
    case 'unanswered':
      return 'silent';
    case 'rejected':
      return 'closed';
    case 'opened':
      return null;
  }
}
