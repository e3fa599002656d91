import type { types } from 'mediasoup';
import { AppError } from '../core/AppError.ts';

export interface OpenTransport<T = types.WebRtcTransport | types.PlainTransport> {
  transport: T;
  /** Set by the first connect, so that a repeated one is answered and not refused. */
  connected: Promise<void> | null;
}

/** What one participant sends and receives with: at most one transport each way. */
export class OpenTransports {
  readonly #open = new Map<'send' | 'recv', OpenTransport>();
  #closed = false;

  get(direction: 'send' | 'recv'): OpenTransport | undefined {
    return this.#open.get(direction);
  }

  /** Takes the place of the one before. @throws AppError INVALID_STATE once they are closed */
  put(direction: 'send' | 'recv', open: OpenTransport): void {
    if (this.#closed) {
      open.transport.close();
      throw new AppError('INVALID_STATE');
    }
    const before = this.#open.get(direction);
    this.#open.set(direction, open);
    before?.transport.close();
  }

  /** One that a client has. @throws AppError INVALID_STATE */
  webRtc(transportId: string): OpenTransport<types.WebRtcTransport> {
    const open = this.#find(transportId);
    if (isWebRtc(open)) return open;
    throw new AppError('INVALID_STATE', { message: 'This is the transport of a feed.' });
  }

  /** @throws AppError INVALID_STATE */
  of(direction: 'send' | 'recv', transportId: string): OpenTransport['transport'] {
    const open = this.#find(transportId);
    if (this.#open.get(direction) !== open) {
      throw new AppError('INVALID_STATE', {
        message: 'This transport is for the other direction.',
      });
    }
    return open.transport;
  }

  /** Those that are still being opened are closed as soon as they come. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { transport } of this.#open.values()) transport.close();
    this.#open.clear();
  }

  #find(transportId: string): OpenTransport {
    for (const open of this.#open.values()) {
      if (open.transport.id === transportId && !open.transport.closed) return open;
    }
    throw new AppError('INVALID_STATE', { message: 'This transport is closed.' });
  }
}

function isWebRtc(open: OpenTransport): open is OpenTransport<types.WebRtcTransport> {
  return 'restartIce' in open.transport;
}
