import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../core/logger.ts';
import {
  decode,
  encode,
  MAX_FRAME_BYTES,
  type Envelope,
  type Message,
  type UnstampedEnvelope,
  type UnstampedMessage,
} from './envelopes.ts';
import { PeerClock } from './PeerClock.ts';

/** At both ends of a link. */
export const SOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_FRAME_BYTES,
  // Who waits for an answer goes on before the next message is read, although both came at once.
  allowSynchronousEvents: false,
};

/** How long the other end may take to agree to the end of a connection. */
const CLOSE_GRACE_MS = 500;

/** Clocks and timers count whole milliseconds, at both ends. */
const GRAIN_MS = 2;

export interface MeshTimings {
  /** Between two pings. */
  pingMs: number;
  /**
   * A peer that nothing was heard of for so long is not there; also how long a dial may take. The
   * same on every node: each knows by it when the other has given up a link.
   */
  silentMs: number;
  /** Between two tries to reach a peer that refused the first. */
  redialMs: number;
}

interface MeshLinkHandlers {
  /** @param ageMs how long ago it was sent, at most */
  receive: (message: Message, ageMs: number) => void;
  /** Called once, and not after `close`. */
  ended: (how: 'closed' | 'silent') => void;
}

/** Milliseconds by a clock that nobody sets. */
export function monotonicMs(): number {
  return Math.floor(performance.now());
}

/**
 * One open WebSocket to a peer. Both ends ping each other from their event loops, so that a process
 * that hangs is noticed like one that is cut off. Closing: `ended` or `close` first, then nothing is
 * received any more, whatever may still lie in a buffer.
 */
export class MeshLink {
  readonly #socket: WebSocket;
  readonly #handlers: MeshLinkHandlers;
  readonly #timings: MeshTimings;
  readonly #logger: Logger;
  readonly #clock = new PeerClock();
  readonly #openedAt: number;
  readonly #pinging: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;
  #heard = 0;
  /** When we last gave a sign of life. */
  #sentAt = performance.now();
  #over = false;

  /**
   * @param socket open
   * @param openedAt when our part of the handshake was sent: whatever the peer sends is younger
   */
  constructor(
    socket: WebSocket,
    openedAt: number,
    handlers: MeshLinkHandlers,
    timings: MeshTimings,
    logger: Logger,
  ) {
    this.#socket = socket;
    this.#openedAt = openedAt;
    this.#handlers = handlers;
    this.#timings = timings;
    this.#logger = logger;
    socket.on('message', (data, isBinary) => this.#onFrame(data, isBinary));
    socket.on('close', () => this.#end('closed'));
    // Its close follows.
    socket.on('error', (error) => logger.debug({ err: error }, 'link to a node failed'));
    this.#pinging = setInterval(() => this.#send({ kind: 'ping' }), timings.pingMs);
    this.#silence = setTimeout(() => this.#suspect(), timings.silentMs);
  }

  /** Lost when the link is over. @throws TypeError when it is no plain data, RangeError when it is too large */
  send(message: UnstampedMessage): void {
    this.#send(message);
  }

  /** What was sent still arrives. Idempotent. */
  async close(): Promise<void> {
    this.#release();
    const { CLOSED } = this.#socket;
    if (this.#socket.readyState === CLOSED) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.close(1001);
    });
  }

  /** Cuts the connection without a word to anybody. Idempotent. */
  terminate(): void {
    this.#release();
    this.#socket.terminate();
  }

  #send(content: UnstampedEnvelope): void {
    if (this.#over) return;
    if (this.#isGivenUp) {
      this.#endAfterPause();
      return;
    }
    this.#sentAt = performance.now();
    // A connection that breaks tells so by closing.
    this.#socket.send(encode({ ...content, at: monotonicMs() }), () => undefined);
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    if (this.#over) return;
    let frame: Envelope;
    try {
      if (isBinary) throw new Error('a binary frame');
      // Text arrives as one buffer.
      frame = decode((data as Buffer).toString());
    } catch (error) {
      this.#logger.warn({ err: error }, 'a node sent what is no message: closing the link');
      this.#end('closed');
      return;
    }
    const now = monotonicMs();
    this.#heard += 1;
    this.#silence.refresh();
    if (!this.#clock.isSet) this.#clock.note(this.#openedAt, frame.at);
    if (frame.kind === 'pong') this.#clock.note(frame.of, frame.at);
    const ageMs = this.#clock.ageOf(frame.at, now);
    if (this.#isGivenUp || ageMs > this.#timings.silentMs) {
      this.#endAfterPause();
      return;
    }
    switch (frame.kind) {
      case 'ping':
        this.#send({ kind: 'pong', of: frame.at });
        return;
      case 'pong':
        return;
      case 'call':
      case 'tell':
      case 'answer':
      case 'refusal':
        this.#handlers.receive(frame, ageMs);
    }
  }

  /** Whether the other end has not heard from us for so long, because this process was frozen, say. */
  get #isGivenUp(): boolean {
    return performance.now() - this.#sentAt >= this.#timings.silentMs - GRAIN_MS;
  }

  /** Those who sent what has come in the meantime know by now that it was lost. */
  #endAfterPause(): void {
    this.#logger.warn('the other end has given up the link by now: closing it');
    this.#end('closed');
  }

  /**
   * If it was this process that hung, what has arrived in the meantime is read before the verdict:
   * the first turn reads the socket, the next hands over the message.
   */
  #suspect(): void {
    const heard = this.#heard;
    setImmediate(() =>
      setImmediate(() => {
        if (this.#heard === heard) this.#end('silent');
      }),
    );
  }

  #end(how: 'closed' | 'silent'): void {
    if (this.#over) return;
    this.terminate();
    this.#handlers.ended(how);
  }

  #release(): void {
    this.#over = true;
    clearInterval(this.#pinging);
    clearTimeout(this.#silence);
  }
}
