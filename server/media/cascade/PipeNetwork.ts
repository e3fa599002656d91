import { randomUUID } from 'node:crypto';
import { AppError } from '../../core/AppError.ts';
import type { LinkInventory, RouterRef } from '../MediaExecutor.ts';
import type { Orders } from './Orders.ts';
import { planHops } from './planHops.ts';
import type { Copy, ProducerRecord } from './ProducerRecord.ts';
import { keyOf } from './routers.ts';

interface Link {
  readonly id: string;
  readonly ends: readonly [RouterRef, RouterRef];
  readonly ready: Promise<void>;
  readonly crossing: Set<Copy>;
}

export interface PipeNetworkDeps {
  orders: Orders;
  /** Routers that are open, the first one first. */
  routers: () => readonly RouterRef[];
  /** How long a pipe stays that nobody needs any more: people come and go. */
  idleMs: number;
  /** A copy is gone: what is wanted of it there does not count any more. */
  onDropped: (copy: Copy) => void;
  /** A link is gone: its routers may be of no use any more. */
  onLinkClosed: () => void;
}

/**
 * The links between the routers of one meeting, and the pipes in them: made when somebody on another
 * router consumes, closed when nobody does. Ends that do not notice are told.
 */
export class PipeNetwork {
  readonly #deps: PipeNetworkDeps;
  readonly #links = new Map<string, Link>();
  #closed = false;

  constructor(deps: PipeNetworkDeps) {
    this.#deps = deps;
  }

  /** Forgets everything; nodes are told by whoever closes the routers. Idempotent. */
  close(records: Iterable<ProducerRecord>): void {
    this.#closed = true;
    for (const { copies } of records) {
      for (const copy of copies.values()) clearTimeout(copy.idleTimer);
    }
    this.#links.clear();
  }

  /** The pairs of routers that are linked, and how many producers cross each link. */
  get links(): { ends: readonly [RouterRef, RouterRef]; producers: number }[] {
    return [...this.#links.values()].map(({ ends, crossing }) => ({
      ends,
      producers: crossing.size,
    }));
  }

  isLinked(router: RouterRef): boolean {
    return [...this.#links.values()].some(({ ends }) => ends.includes(router));
  }

  /**
   * Sees to it that the producers can be consumed at `target`, in as many round trips for many as for
   * one. Answers the ids of those that cannot.
   */
  async bring(records: readonly ProducerRecord[], target: RouterRef): Promise<Set<string>> {
    const failed = new Set<string>();
    for (let missing = records; missing.length > 0;) {
      const copies = this.#begin(missing, target);
      await Promise.allSettled(copies.map(({ standing }) => standing.promise));
      for (const { record, state } of copies) {
        if (state === 'coming' || state === 'dropped') failed.add(record.id);
      }
      // The way led over a router that is gone by now: there is another, unless the target is.
      const isOpen = this.#deps.routers().includes(target);
      const lost = copies.filter(({ state }) => state === 'lost').map(({ record }) => record);
      if (!isOpen) for (const { id } of lost) failed.add(id);
      missing = isOpen ? lost : [];
    }
    return failed;
  }

  /** The copies of the producers at `target`: those there are, and those that come now. */
  #begin(records: readonly ProducerRecord[], target: RouterRef): Copy[] {
    const batches = new Map<string, Copy[]>();
    for (const record of records) {
      if (record.copies.has(target)) continue;
      for (const { from, to } of this.#plan(record, target)) {
        if (record.copies.has(to)) continue;
        const copy = begin(record, from, to);
        const key = `${keyOf(from)} ${keyOf(to)}`;
        batches.set(key, [...(batches.get(key) ?? []), copy]);
      }
    }
    const copies = records.flatMap((record) => record.copies.get(target) ?? []);
    for (const batch of batches.values()) void this.#pipe(batch);
    return copies;
  }

  /** Starts or stops the time after which the copies of a producer go that nobody needs. */
  settle(record: ProducerRecord): void {
    for (const copy of record.copies.values()) {
      if (record.isNeeded(copy)) {
        clearTimeout(copy.idleTimer);
        copy.idleTimer = undefined;
      } else {
        copy.idleTimer ??= setTimeout(() => {
          copy.idleTimer = undefined;
          if (!record.isNeeded(copy)) this.#drop(copy);
        }, this.#deps.idleMs);
      }
    }
  }

  /** Ends the copies at a router that nobody needs now. */
  dropIdle(records: Iterable<ProducerRecord>, at: RouterRef): void {
    for (const record of records) {
      const copy = record.copies.get(at);
      if (copy?.state === 'standing' && !record.isNeeded(copy)) this.#drop(copy);
    }
  }

  /** The producer is closed: its copies do not notice by themselves. */
  forget(record: ProducerRecord): void {
    for (const copy of [...record.copies.values()]) this.#drop(copy);
  }

  /** Mirrors whether the producer is paused. Never rejects: a copy that cannot be told has no packets either way. */
  async mirror(record: ProducerRecord): Promise<void> {
    await Promise.all(
      [...record.copies.values()].map(async (copy) => {
        if (copy.state === 'standing') await this.#mirrorAt(copy);
      }),
    );
  }

  /**
   * Routers are gone: copies there are forgotten, and links to them closed at their other ends.
   * Answers the copies elsewhere that have lost what they came from.
   */
  lose(records: Iterable<ProducerRecord>, lost: ReadonlySet<RouterRef>): Copy[] {
    const copies = [...records].flatMap((record) => [...record.copies.values()]);
    const broken = copies.filter(({ at, from }) => !lost.has(at) && lost.has(from));
    for (const copy of copies) {
      if (lost.has(copy.at) || lost.has(copy.from)) this.#drop(copy, 'lost');
    }
    for (const link of [...this.#links.values()]) {
      if (link.ends.some((end) => lost.has(end))) this.#closeLink(link, 'lost');
    }
    return broken;
  }

  /** Ends what stands at a router though it was given up here, and mirrors what it has not heard. */
  endStray(at: RouterRef, found: readonly LinkInventory[]): void {
    const { nodeId, worker } = at;
    const { orders } = this.#deps;
    for (const { linkId, outgoing, incoming } of found) {
      const link = [...this.#links.values()].find(({ id }) => id === linkId);
      if (!link) {
        void orders.end(nodeId, 'closeLink', { worker, linkId });
        continue;
      }
      const crossing = [...link.crossing];
      const sent = crossing.filter(({ from }) => from === at).map(({ record }) => record.id);
      const come = new Map(
        crossing.filter((copy) => copy.at === at).map((copy) => [copy.record.id, copy]),
      );
      const producerIds = [
        ...outgoing.filter((id) => !sent.includes(id)),
        ...incoming.map(({ producerId }) => producerId).filter((id) => !come.has(id)),
      ];
      if (producerIds.length > 0) {
        void orders.end(nodeId, 'unpipe', { worker, linkId, producerIds });
      }
      for (const { producerId, paused } of incoming) {
        const copy = come.get(producerId);
        if (copy?.state === 'standing' && copy.record.paused !== paused) void this.#mirrorAt(copy);
      }
    }
  }

  /** Takes over a link that exists. */
  adoptLink(id: string, ends: readonly [RouterRef, RouterRef]): void {
    this.#links.set(keyOfPair(...ends), {
      id,
      ends,
      ready: Promise.resolve(),
      crossing: new Set(),
    });
  }

  /** Takes over a copy that exists, over a link that was adopted. */
  adoptCopy(record: ProducerRecord, from: RouterRef, at: RouterRef): void {
    const copy = begin(record, from, at);
    stand(copy);
    this.#link(from, at).crossing.add(copy);
  }

  /** Closes links that nothing crosses. */
  tidy(): void {
    for (const link of [...this.#links.values()]) {
      if (link.crossing.size === 0) this.#closeLink(link);
    }
  }

  #plan(record: ProducerRecord, target: RouterRef) {
    const landed = [...record.copies.values()].flatMap(({ at, from }) =>
      at.nodeId === from.nodeId ? [] : [at],
    );
    return planHops(record.home, target, this.#deps.routers(), landed);
  }

  /** Copies of one hop, as one command at each end. Never rejects: what fails is dropped. */
  async #pipe(copies: readonly Copy[]): Promise<void> {
    const [first] = copies;
    if (!first) return;
    const { from, at } = first;
    const link = this.#link(from, at);
    for (const copy of copies) link.crossing.add(copy);
    try {
      // Where it is passed on by a copy, that must stand first.
      await Promise.allSettled([
        link.ready,
        ...copies.map(({ record }) => record.copies.get(from)?.standing.promise),
      ]);
      await link.ready;
      const { orders } = this.#deps;
      const wanted = copies.filter((copy) => !isOver(copy));
      const { piped } = await orders.give(from.nodeId, 'pipeOut', {
        worker: from.worker,
        linkId: link.id,
        producerIds: wanted.map(({ record }) => record.id),
      });
      const { producerIds } = await orders.give(at.nodeId, 'pipeIn', {
        worker: at.worker,
        linkId: link.id,
        producers: piped,
      });
      const arrived = new Set(producerIds);
      const paused = new Map(piped.map((one) => [one.producerId, one.paused]));
      for (const copy of copies) {
        const { record } = copy;
        if (isOver(copy) || !arrived.has(record.id)) {
          this.#fail(copy, link);
          continue;
        }
        stand(copy);
        // It may have been paused or resumed on the way.
        if (paused.get(record.id) !== record.paused) void this.#mirrorAt(copy);
        this.settle(record);
      }
    } catch {
      for (const copy of copies) this.#fail(copy, link);
    }
  }

  #fail(copy: Copy, link: Link): void {
    // Dropped on the way: what was begun for it may stand only now.
    if (isOver(copy)) this.#unpipe(copy, link);
    else this.#drop(copy);
  }

  /** Ends a copy and all that it is passed on to. */
  #drop(copy: Copy, as: 'dropped' | 'lost' = 'dropped'): void {
    const { record, at, from } = copy;
    if (isOver(copy)) return;
    for (const next of [...record.copies.values()]) if (next.from === at) this.#drop(next, as);
    copy.state = as;
    clearTimeout(copy.idleTimer);
    record.copies.delete(at);
    copy.standing.reject(new AppError('INVALID_STATE'));
    this.#deps.onDropped(copy);
    const link = this.#links.get(keyOfPair(from, at));
    if (!link?.crossing.delete(copy)) return;
    if (link.crossing.size === 0) this.#closeLink(link);
    else this.#unpipe(copy, link);
  }

  #unpipe({ record, at, from }: Copy, { id: linkId }: Link): void {
    const producerIds = [record.id];
    for (const { nodeId, worker } of this.#open([at, from])) {
      void this.#deps.orders.end(nodeId, 'unpipe', { worker, linkId, producerIds });
    }
  }

  async #mirrorAt({ record, at: { nodeId, worker } }: Copy): Promise<void> {
    const { id: producerId, paused } = record;
    await this.#deps.orders.end(nodeId, 'setPipedPaused', { worker, producerId, paused });
  }

  #link(a: RouterRef, b: RouterRef): Link {
    const key = keyOfPair(a, b);
    const known = this.#links.get(key);
    if (known) return known;
    const id = randomUUID();
    const ready = this.#connect(id, a, b);
    const link: Link = { id, ends: [a, b], ready, crossing: new Set() };
    this.#links.set(key, link);
    // One that failed is not kept: the next who needs it tries again.
    link.ready.catch(() => this.#closeLink(link));
    return link;
  }

  async #connect(linkId: string, a: RouterRef, b: RouterRef): Promise<void> {
    const { orders } = this.#deps;
    const secure = a.nodeId !== b.nodeId;
    const open = (end: RouterRef, peer: RouterRef) =>
      orders.give(end.nodeId, 'openLink', {
        worker: end.worker,
        linkId,
        peer: { nodeId: peer.nodeId, worker: peer.worker },
        secure,
      });
    const [endOfA, endOfB] = await Promise.all([open(a, b), open(b, a)]);
    await Promise.all([
      orders.give(a.nodeId, 'connectLink', { worker: a.worker, linkId, remote: endOfB }),
      orders.give(b.nodeId, 'connectLink', { worker: b.worker, linkId, remote: endOfA }),
    ]);
  }

  #closeLink(link: Link, as: 'dropped' | 'lost' = 'dropped'): void {
    const key = keyOfPair(...link.ends);
    if (this.#closed || this.#links.get(key) !== link) return;
    this.#links.delete(key);
    for (const copy of [...link.crossing]) this.#drop(copy, as);
    for (const { nodeId, worker } of this.#open(link.ends)) {
      void this.#deps.orders.end(nodeId, 'closeLink', { worker, linkId: link.id });
    }
    this.#deps.onLinkClosed();
  }

  /** Routers that are lost need not be told. */
  #open(routers: readonly RouterRef[]): RouterRef[] {
    if (this.#closed) return [];
    const open = this.#deps.routers();
    return routers.filter((router) => open.includes(router));
  }
}

function begin(record: ProducerRecord, from: RouterRef, at: RouterRef): Copy {
  const standing = Promise.withResolvers<undefined>();
  // Those who wait for it are told; nobody may.
  standing.promise.catch(() => undefined);
  const copy: Copy = { record, at, from, standing, state: 'coming', idleTimer: undefined };
  record.copies.set(at, copy);
  return copy;
}

function isOver({ state }: Copy): boolean {
  return state === 'dropped' || state === 'lost';
}

function stand(copy: Copy): void {
  copy.state = 'standing';
  copy.standing.resolve(undefined);
}

function keyOfPair(a: RouterRef, b: RouterRef): string {
  return [keyOf(a), keyOf(b)].sort().join(' ');
}
