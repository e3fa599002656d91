import type { types } from 'mediasoup-client';
import type { Remote } from './Remote.ts';

interface FlowWatchDeps {
  /** Frames or samples of it arrive; or nobody waits for them any longer. */
  onFlow: (remote: Remote) => void;
  now?: () => number;
}

const INTERVAL_MS = 50;
/** Somebody who is silent or hidden sends nothing that could be waited for. */
const PATIENCE_MS = 5_000;
/** With the first, the decoder may still wait for the rest of a picture. */
const ENOUGH_FRAMES = 2;
const ENOUGH_PACKETS = 3;

/** A statistics dictionary; browsers differ in which members they fill. */
type Entry = Record<string, unknown> & { type: string };

/** Looks for the first frames of consumers that something else is played instead of until then. */
export class FlowWatch {
  readonly #deps: FlowWatchDeps;
  readonly #now: () => number;
  readonly #awaited = new Map<Remote, number>();
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(deps: FlowWatchDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
  }

  /** @param transport by which it comes */
  expect(remote: Remote, transport: types.Transport): void {
    this.#awaited.set(remote, this.#now() + PATIENCE_MS);
    this.#timer ??= setInterval(() => void this.#look(transport), INTERVAL_MS);
  }

  forget(remote: Remote): void {
    this.#awaited.delete(remote);
    this.#settle();
  }

  /** Settles when nothing is awaited. */
  async settled(): Promise<void> {
    if (this.#awaited.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#awaited.clear();
    this.#settle();
  }

  async #look(transport: types.Transport): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const flowing = transport.closed ? new Set() : flowingOf(await transport.getStats());
      const now = this.#now();
      for (const [remote, until] of this.#awaited) {
        const ssrc = remote.options.rtpParameters.encodings?.[0]?.ssrc;
        if (!flowing.has(ssrc) && now < until) continue;
        this.#awaited.delete(remote);
        this.#deps.onFlow(remote);
      }
    } finally {
      this.#looking = false;
      this.#settle();
    }
  }

  #settle(): void {
    if (this.#awaited.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** SSRCs of what has arrived. */
function flowingOf(report: RTCStatsReport): Set<unknown> {
  const flowing = new Set<unknown>();
  report.forEach((entry: Entry) => {
    if (entry.type !== 'inbound-rtp') return;
    const enough =
      entry['kind'] === 'video'
        ? Number(entry['framesDecoded'] ?? 0) >= ENOUGH_FRAMES
        : Number(entry['packetsReceived'] ?? 0) >= ENOUGH_PACKETS;
    if (enough) flowing.add(entry['ssrc']);
  });
  return flowing;
}
