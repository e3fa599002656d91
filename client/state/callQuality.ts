import type { CallMinute } from '../../protocol/callHistory.ts';

const MINUTE_MS = 60_000;
/** Less than this says nothing. */
const SHORTEST_MS = 5_000;

/** Counters since a call or meeting began. */
export interface Counted {
  rttMs: number | null;
  packetsReceived: number;
  packetsLost: number;
  bytesReceived: number;
  freezes: number;
}

/** What one minute was like, from the counters at its ends. */
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
  };
}

/** Tells of every minute while it runs, and of what is left of the last one when it is closed. */
export function reportMinutes(
  count: () => Promise<Counted>,
  report: (minute: CallMinute) => void,
): { close(): Promise<void> } {
  let before: Counted = {
    ...{ rttMs: null, packetsReceived: 0, packetsLost: 0, bytesReceived: 0, freezes: 0 },
  };
  let since = Date.now();
  const tell = async (): Promise<void> => {
    const after = await count().catch(() => null);
    if (!after) return;
    const now = Date.now();
    if (now - since >= SHORTEST_MS) report(minuteOf(before, after, now - since));
    [before, since] = [after, now];
  };
  const timer = setInterval(() => void tell(), MINUTE_MS);
  return {
    close() {
      clearInterval(timer);
      return tell();
    },
  };
}
