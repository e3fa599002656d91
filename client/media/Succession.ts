import type { Remote, RemoteTrack } from './Remote.ts';

interface SuccessionDeps {
  /** In place of the track before, if there is one of that producer. */
  onTrackAdded: (track: RemoteTrack) => void;
  onTrackRemoved: (producerId: string) => void;
}

/** One thing that somebody sends, in the order in which its consumers came. */
interface Line {
  readonly all: Remote[];
  readonly flowing: Set<Remote>;
  shown: Remote | null;
}

/**
 * Which of several consumers of the same thing is played: while media moves there are two for a
 * while, of one producer or of one that stands for another. What is played stays until the later one
 * flows, and comes back when that one goes.
 */
export class Succession {
  readonly #deps: SuccessionDeps;
  readonly #lines = new Map<string, Line>();
  /** The first of those that stand for one another, by producer id. */
  readonly #origins = new Map<string, string>();
  /** Producers that something else is played instead of. */
  readonly #retired = new Set<string>();

  constructor(deps: SuccessionDeps) {
    this.#deps = deps;
  }

  /** One producer stands for another. */
  link(producerId: string, replaces: string): void {
    this.#origins.set(producerId, this.#originOf(replaces));
  }

  /**
   * What is said of a producer is said of those that will stand for it, too. Not of those that it
   * stands for: their publisher hears that nobody sees them, and need not send them any longer.
   */
  spread<T>(byProducer: ReadonlyMap<string, T>): Map<string, T> {
    const all = new Map<string, T>();
    for (const [producerId, value] of byProducer) {
      const origin = this.#originOf(producerId);
      for (const [other, one] of this.#origins) {
        if (one === origin && !this.#retired.has(other)) all.set(other, value);
      }
    }
    // Something of its own that was said of one of them goes before.
    for (const [producerId, value] of byProducer) all.set(producerId, value);
    return all;
  }

  /** @returns whether it is played from now on; else it waits until it flows */
  add(remote: Remote): boolean {
    const key = this.#originOf(remote.options.producerId);
    const line = this.#lines.get(key) ?? { all: [], flowing: new Set(), shown: null };
    this.#lines.set(key, line);
    line.all.push(remote);
    if (line.shown) return false;
    this.#show(line, remote);
    return true;
  }

  /** Frames or samples of it arrive. */
  markFlowing(remote: Remote): void {
    const line = this.#lines.get(this.#originOf(remote.options.producerId));
    if (!line?.all.includes(remote)) return;
    line.flowing.add(remote);
    const shownAt = line.shown ? line.all.indexOf(line.shown) : -1;
    if (line.all.indexOf(remote) > shownAt) this.#show(line, remote);
  }

  /** It is closed. */
  delete(remote: Remote): void {
    const { producerId } = remote.options;
    const key = this.#originOf(producerId);
    const line = this.#lines.get(key);
    if (!line?.all.includes(remote)) return;
    line.all.splice(line.all.indexOf(remote), 1);
    line.flowing.delete(remote);
    if (line.shown === remote) {
      const next = line.all.findLast((one) => line.flowing.has(one)) ?? line.all.at(-1);
      if (next) this.#show(line, next);
      else this.#deps.onTrackRemoved(producerId);
    }
    if (line.all.length === 0) this.#lines.delete(key);
  }

  /** The producer is gone, and its consumers are deleted. What stands for it goes on. */
  forget(producerId: string): void {
    this.#origins.delete(producerId);
    this.#retired.delete(producerId);
  }

  #originOf(producerId: string): string {
    return this.#origins.get(producerId) ?? producerId;
  }

  #show(line: Line, remote: Remote): void {
    const before = line.shown?.options.producerId;
    line.shown = remote;
    const { producerId, participantId, kind, source } = remote.options;
    const { track } = remote.consumer;
    this.#deps.onTrackAdded({ producerId, participantId, kind, source, track });
    this.#retired.delete(producerId);
    if (before === undefined || before === producerId) return;
    this.#retired.add(before);
    this.#deps.onTrackRemoved(before);
  }
}
