import type { types } from 'mediasoup-client';
import type { MediaTransport } from './MediaTransport.ts';
import {
  followPath,
  judgePaths,
  nextRestart,
  QUIET_AFTER_CHANGE_MS,
  QUIET_MS,
  type PathHistory,
  type PathSample,
  type Restarts,
  type Verdict,
} from './stall.ts';

interface StallWatchDeps {
  transports: () => Promise<{ send: MediaTransport | null; recv: MediaTransport | null }>;
  /** Nothing arrives, if only for a moment: where signaling is dead too, it is good to know soon. */
  onSuspicion: () => void;
  now?: () => number;
}

const INTERVAL_MS = 500;
/** So long after a change of network a shorter silence is suspicious. */
const CHANGE_MS = 5_000;

/**
 * Looks at what arrives, and has the ICE of a transport restarted whose path is dead: ICE itself
 * notices only after some 5 seconds.
 */
export class StallWatch {
  readonly #deps: StallWatchDeps;
  readonly #now: () => number;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #histories = new WeakMap<MediaTransport, PathHistory>();
  #restarts: Restarts | null = null;
  #changedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  /** Told of the present silence. */
  #suspicious = false;

  constructor(deps: StallWatchDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS);
  }

  /** The network may be another one: looks at once, and is quick to judge for a while. */
  expectChange(): void {
    this.#changedAt = this.#now();
    this.#restarts = null;
    void this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { send, recv } = await this.#deps.transports();
      const [ofSend, ofRecv] = await Promise.all([this.#follow(send), this.#follow(recv)]);
      this.#suspect(judgePaths(ofSend, ofRecv, QUIET_AFTER_CHANGE_MS));
      const changed = this.#now() - this.#changedAt < CHANGE_MS;
      const dead = judgePaths(ofSend, ofRecv, changed ? QUIET_AFTER_CHANGE_MS : QUIET_MS);
      if (!dead.send && !dead.recv) return;
      const restarts = nextRestart(this.#restarts, this.#now());
      if (!restarts) return;
      this.#restarts = restarts;
      if (dead.send) send?.handleStall();
      if (dead.recv) recv?.handleStall();
    } finally {
      this.#looking = false;
    }
  }

  #suspect({ send, recv }: Verdict): void {
    const suspicious = send || recv;
    if (suspicious && !this.#suspicious) this.#deps.onSuspicion();
    this.#suspicious = suspicious;
  }

  async #follow(path: MediaTransport | null): Promise<PathHistory | null> {
    if (!path) return null;
    const sample = await samplePath(path.transport, this.#now).catch(() => null);
    if (!sample) {
      this.#histories.delete(path);
      return null;
    }
    const history = followPath(this.#histories.get(path) ?? null, sample);
    this.#histories.set(path, history);
    if (history.flows) path.handleFlow();
    return history;
  }
}

/** A statistics dictionary; browsers differ in which members they fill. */
type Entry = Record<string, unknown> & { type: string };

/** Null where there is no path yet, or where ICE knows already that it is lost. */
async function samplePath(
  transport: types.Transport,
  now: () => number,
): Promise<PathSample | null> {
  if (transport.closed || transport.connectionState !== 'connected') return null;
  const report = await transport.getStats();
  const pairs: Entry[] = [];
  let whole: Entry | undefined;
  report.forEach((entry: Entry) => {
    if (entry.type === 'candidate-pair') pairs.push(entry);
    else if (entry.type === 'transport') whole = entry;
  });
  const sum = (name: string): number =>
    pairs.reduce((total, pair) => total + (numberOf(pair, name) ?? 0), 0);
  // The transport's own counters go on over a change of path; not every browser has them.
  const count = (name: string): number => (whole && numberOf(whole, name)) ?? sum(name);
  return {
    at: now(),
    packetsReceived: count('packetsReceived'),
    packetsSent: count('packetsSent'),
    checksSent: sum('requestsSent'),
    checksAnswered: sum('responsesReceived'),
  };
}

function numberOf(entry: Entry, name: string): number | undefined {
  const value = entry[name];
  return typeof value === 'number' ? value : undefined;
}
