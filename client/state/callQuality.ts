import type { CallMinute } from '../../protocol/callHistory.ts';

const MINUTE_MS = 60_000;
/**
 * The earlier comes in time on its way to the server; what is said with the farewell itself may be dropped
 * there. The later comes also where the browser leaves out the earlier.
 */
const LEAVING = ['beforeunload', 'pagehide'] as const;
/** Whoever leaves cannot wait to be counted: what was seen so short a time ago is told. */
const LOOK_MS = 5_000;

/** Counters since a call or meeting began. */
export interface Counted {
  rttMs: number | null;
  packetsReceived: number;
  packetsLost: number;
  bytesReceived: number;
  freezes: number;
}

/** What one minute was like, or a part of one, from the counters at its ends. */
export function minuteOf(before: Counted, after: Counted, elapsedMs: number): CallMinute {
  // Counters of what was closed meanwhile are gone from the sums.
  const grown = (name: 'packetsReceived' | 'packetsLost' | 'bytesReceived' | 'freezes'): number =>
    Math.max(0, after[name] - before[name]);
  const [lost, received] = [grown('packetsLost'), grown('packetsReceived')];
  return {
    rttMs: after.rttMs === null ? null : Math.min(60_000, Math.max(0, after.rttMs)),
    loss: lost + received === 0 ? 0 : lost / (lost + received),
    bitrate: Math.min(1_000_000_000, (grown('bytesReceived') * 8_000) / Math.max(1, elapsedMs)),
    freezes: Math.min(1_000, Math.round(grown('freezes'))),
    seconds: Math.min(60, Math.max(1, Math.round(elapsedMs / 1_000))),
  };
}

/**
 * Tells of every minute while it runs, and when it is closed, or the page is left, of what there was of the
 * last one.
 */
export function reportMinutes(
  count: () => Promise<Counted>,
  report: (minute: CallMinute) => void,
): { close(): void } {
  let before: Counted = {
    ...{ rttMs: null, packetsReceived: 0, packetsLost: 0, bytesReceived: 0, freezes: 0 },
  };
  let since = Date.now();
  let latest: { counted: Counted; at: number } | null = null;
  const tell = (): void => {
    if (!latest) return;
    const { counted, at } = latest;
    report(minuteOf(before, counted, at - since));
    [before, since, latest] = [counted, at, null];
  };
  const look = async (): Promise<void> => {
    const counted = await count().catch(() => null);
    if (!counted) return;
    latest = { counted, at: Date.now() };
    if (latest.at - since > MINUTE_MS - LOOK_MS / 2) tell();
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  // Before the connection is hung up for the same reason.
  const early = { capture: true };
  for (const leaving of LEAVING) globalThis.addEventListener(leaving, tell, early);
  return {
    close() {
      clearInterval(timer);
      for (const leaving of LEAVING) globalThis.removeEventListener(leaving, tell, early);
      tell();
    },
  };
}
