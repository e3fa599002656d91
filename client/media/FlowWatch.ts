import type { types } from 'mediasoup-client';
import type { Remote } from './Remote.ts';

interface FlowWatchDeps {
  /** Frames or samples of it arrive; or nobody waits for them any longer. */
  onFlow: (remote: Remote) => void;
  now?: () => number;
}

interface Awaited {
  /** Nobody waits longer than that. */
  until: number;
  /** Frames, when last looked. */
  count: number;
  /** When that was another number. */
  changedAt: number;
  /** Since when it has come without a pause; null: it does not. */
  steadySince: number | null;
  /** When its first frame was there; null before. */
  flowingSince: number | null;
}

const INTERVAL_MS = 50;
/** Somebody who is silent or hidden sends nothing that could be waited for. */
const PATIENCE_MS = 5_000;
/**
 * Before the server knows what the way can carry it sends every fourth frame of a picture. What is
 * played until then is better, so the new one has to come for so long without such a pause.
 */
const STEADY_MS = 500;
const PAUSE_MS = 220;
/** A screen that stands still is never steady. */
const STEADY_PATIENCE_MS = 2_000;
/** Sound is as good from the first packets on. */
const ENOUGH_PACKETS = 3;

/** A statistics dictionary; browsers differ in which members they fill. */
type Entry = Record<string, unknown> & { type: string };

/** Looks whether consumers flow that something else is played instead of until then. */
export class FlowWatch {
  readonly #deps: FlowWatchDeps;
  readonly #now: () => number;
  readonly #awaited = new Map<Remote, Awaited>();
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(deps: FlowWatchDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
  }

  /** @param transport by which it comes */
  expect(remote: Remote, transport: Pick<types.Transport, 'closed' | 'getStats'>): void {
    const now = this.#now();
    this.#awaited.set(remote, {
      ...{ until: now + PATIENCE_MS, count: 0, changedAt: now },
      ...{ steadySince: null, flowingSince: null },
    });
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

  async #look(transport: Pick<types.Transport, 'closed' | 'getStats'>): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const counts = transport.closed ? null : countsOf(await transport.getStats());
      const now = this.#now();
      for (const [remote, awaited] of this.#awaited) {
        const { kind, rtpParameters } = remote.options;
        const count = counts?.get(rtpParameters.encodings?.[0]?.ssrc) ?? 0;
        const flows = kind === 'audio' ? count >= ENOUGH_PACKETS : observe(awaited, count, now);
        if (counts && !flows && now < awaited.until) continue;
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

/** Takes over how many frames have come by now. @returns whether it may be played */
function observe(awaited: Awaited, count: number, now: number): boolean {
  if (count > awaited.count) {
    awaited.count = count;
    awaited.changedAt = now;
    awaited.steadySince ??= now;
    awaited.flowingSince ??= now;
  } else if (now - awaited.changedAt > PAUSE_MS) awaited.steadySince = null;
  const { steadySince, flowingSince } = awaited;
  if (steadySince !== null && now - steadySince >= STEADY_MS) return true;
  return flowingSince !== null && now - flowingSince >= STEADY_PATIENCE_MS;
}

/** Frames that were decoded, or packets of sound that have arrived, by SSRC. */
function countsOf(report: RTCStatsReport): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  report.forEach((entry: Entry) => {
    if (entry.type !== 'inbound-rtp') return;
    const count = entry[entry['kind'] === 'video' ? 'framesDecoded' : 'packetsReceived'];
    counts.set(entry['ssrc'], Number(count ?? 0));
  });
  return counts;
}
