import type { View } from '../../protocol/mediaRequests.ts';
import { MAX_BATCH } from '../../protocol/primitives.ts';

/** Physical pixels; 0 × 0: not seen. */
export interface Size {
  width: number;
  height: number;
}

const DEBOUNCE_MS = 150;

/** Tells the server what of the others' video is seen, so that it sends no more than that. */
export class ViewReport {
  readonly #views = new Map<string, Size>();
  readonly #isReceived: (producerId: string) => boolean;
  readonly #send: (views: View[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param isReceived whether a producer is received yet: what is said of others waits until then
   * @param send one batch of at most `MAX_BATCH`
   */
  constructor(isReceived: (producerId: string) => boolean, send: (views: View[]) => void) {
    this.#isReceived = isReceived;
    this.#send = send;
  }

  /** Those left out are not seen. */
  set(views: ReadonlyMap<string, Size>): void {
    const changed = new Map<string, Size>();
    for (const producerId of this.#views.keys()) {
      if (!views.has(producerId)) changed.set(producerId, { width: 0, height: 0 });
    }
    for (const [producerId, size] of views) changed.set(producerId, size);
    let first = false;
    for (const [producerId, size] of changed) {
      const before = this.#views.get(producerId);
      first ||= !before && size.width > 0;
      if (before?.width === size.width && before.height === size.height) changed.delete(producerId);
      else this.#views.set(producerId, size);
    }
    if (changed.size === 0) return;
    clearTimeout(this.#timer);
    // A tile that has just come must not wait; one that is being resized may.
    if (first) this.sendAll();
    else this.#timer = setTimeout(() => this.sendAll(), DEBOUNCE_MS);
  }

  isSeen(producerId: string): boolean {
    return (this.#views.get(producerId)?.width ?? 0) > 0;
  }

  forget(producerId: string): void {
    this.#views.delete(producerId);
  }

  /** Everything again: a rebuilt transport knows none of it. */
  sendAll(): void {
    const views = [...this.#views]
      .filter(([producerId]) => this.#isReceived(producerId))
      .map(([producerId, { width, height }]) => ({ producerId, width, height }));
    for (let start = 0; start < views.length; start += MAX_BATCH) {
      this.#send(views.slice(start, start + MAX_BATCH));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
