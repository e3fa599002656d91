import type { RtpCapabilities } from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { Orders } from './Orders.ts';
import type { Place } from './placement.ts';
import type { Placer } from './Placer.ts';
import { isSame, keyOf } from './routers.ts';

/** The routers of one meeting on all nodes, the first one first. */
export class MeetingRouters {
  readonly #orders: Orders;
  readonly #placer: Placer;
  readonly #opening = new Map<string, Promise<RouterRef>>();
  readonly #openingOn = new Map<string, number>();
  #all: readonly RouterRef[] = [];
  #rtpCapabilities: RtpCapabilities | null = null;

  constructor(orders: Orders, placer: Placer) {
    this.#orders = orders;
    this.#placer = placer;
  }

  /** Those that are open. Everybody refers to a router by this object; a later one in its place is another. */
  get all(): readonly RouterRef[] {
    return this.#all;
  }

  /** Nodes that have a router, or will have. */
  get nodes(): string[] {
    return [...this.#all.map(({ nodeId }) => nodeId), ...this.#openingOn.keys()];
  }

  /** Whether one is being opened. */
  get isAwaited(): boolean {
    return this.#opening.size > 0;
  }

  /** The same for all routers: every node of a deployment offers the same codecs. */
  get rtpCapabilities(): RtpCapabilities {
    if (!this.#rtpCapabilities) throw new AppError('INVALID_STATE');
    return this.#rtpCapabilities;
  }

  find(at: RouterRef): RouterRef | undefined {
    return this.#all.find((router) => isSame(router, at));
  }

  /**
   * The router for something new, at once when it is open.
   * @throws AppError NO_CAPACITY
   */
  place(packetsPerSecond: number): RouterRef | Promise<RouterRef> {
    const place = this.#placer.choose(this.#all, packetsPerSecond);
    const { nodeId, worker } = place;
    return (worker !== null ? this.find({ nodeId, worker }) : undefined) ?? this.#open(place);
  }

  /** The router on that node, at once when there is one. */
  placeOn(nodeId: string): RouterRef | Promise<RouterRef> {
    const known = this.#all.find((router) => router.nodeId === nodeId);
    return known ?? this.#open({ nodeId, worker: null });
  }

  adopt(routers: readonly RouterRef[], rtpCapabilities: RtpCapabilities): void {
    this.#all = routers;
    this.#rtpCapabilities = rtpCapabilities;
  }

  /** They are gone. */
  remove(lost: ReadonlySet<RouterRef>): void {
    this.#all = this.#all.filter((router) => !lost.has(router));
  }

  close(router: RouterRef): void {
    this.#all = this.#all.filter((one) => one !== router);
    void this.#orders.end(router.nodeId, 'closeRouter', { worker: router.worker });
  }

  #open(place: Place): Promise<RouterRef> {
    const key = place.worker === null ? place.nodeId : keyOf({ ...place, worker: place.worker });
    const opening = this.#opening.get(key) ?? this.#order(key, place);
    this.#opening.set(key, opening);
    return opening;
  }

  async #order(key: string, { nodeId, worker: wanted }: Place): Promise<RouterRef> {
    this.#openingOn.set(nodeId, (this.#openingOn.get(nodeId) ?? 0) + 1);
    try {
      const order = { worker: wanted };
      const { worker, rtpCapabilities } = await this.#orders.give(nodeId, 'openRouter', order);
      this.#rtpCapabilities ??= rtpCapabilities;
      // The node may have taken another worker, where there is one already.
      const known = this.find({ nodeId, worker });
      if (known) return known;
      const router = { nodeId, worker };
      this.#all = [...this.#all, router];
      return router;
    } finally {
      this.#opening.delete(key);
      const left = (this.#openingOn.get(nodeId) ?? 1) - 1;
      if (left > 0) this.#openingOn.set(nodeId, left);
      else this.#openingOn.delete(nodeId);
    }
  }
}
