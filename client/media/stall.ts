/**
 * Whether a path is dead, told from counters sooner than ICE notices it. The evidence is what the
 * server owes: it acknowledges the video that it is sent about every 100 ms, and it answers each of
 * the browser's ICE checks. That nothing comes of somebody else proves nothing: it may be theirs.
 */

/** A transport's counters at one moment. */
export interface PathSample {
  /** Milliseconds of a clock that only grows. */
  at: number;
  packetsReceived: number;
  packetsSent: number;
  /** ICE checks (STUN binding requests), and answers to them. */
  checksSent: number;
  checksAnswered: number;
}

/** What of a transport's past counts. */
export interface PathHistory {
  latest: PathSample;
  /** The sample in which something arrived last. */
  heard: PathSample;
  /** Checks that were sent long enough ago to have been answered. */
  checksDue: number;
  /** Whether something has arrived since the sample before. */
  flows: boolean;
}

export interface Verdict {
  send: boolean;
  recv: boolean;
}

/** A path on which something flowed is suspected after so long a silence. */
export const QUIET_MS = 1_500;
/** … after a change of network; and enough to have a look at signaling. */
export const QUIET_AFTER_CHANGE_MS = 500;
/** Sent without an acknowledgement: more than silence (2.5 packets a second of Opus DTX) makes up. */
const UNACKNOWLEDGED_PACKETS = 10;
/** One that is lost proves nothing. */
const UNANSWERED_CHECKS = 2;
/** Nobody looked for so long: the page slept, and what did not arrive meanwhile means nothing. */
const GAP_MS = 2_500;
/** Restarts that did not help come after pauses of this length; the first comes at once. */
const RESTART_PAUSES_MS = [0, 5_000, 10_000];
/** A path that needed no restart for so long is a good one again. */
const SETTLED_MS = 12_000;

/** The history after another sample; `before` is null for the first. */
export function followPath(before: PathHistory | null, sample: PathSample): PathHistory {
  const fresh = { latest: sample, heard: sample, checksDue: sample.checksSent, flows: false };
  if (!before || sample.at - before.latest.at > GAP_MS) return fresh;
  const { latest } = before;
  const flows =
    sample.packetsReceived > latest.packetsReceived ||
    sample.checksAnswered > latest.checksAnswered;
  if (flows) return { ...fresh, flows };
  return { latest: sample, heard: before.heard, checksDue: latest.checksSent, flows };
}

/**
 * Which paths are dead.
 * @param send null while there is none, or it is not connected yet; the same for `recv`
 * @param quietMs how long a silence is suspicious
 */
export function judgePaths(
  send: PathHistory | null,
  recv: PathHistory | null,
  quietMs: number,
): Verdict {
  const quiet = {
    send: send !== null && silenceOf(send) >= quietMs,
    recv: recv !== null && silenceOf(recv) >= quietMs,
  };
  // Both go the same way: where one is known to be dead and the other is silent, both are.
  const unacknowledged = quiet.send && (quiet.recv || !recv) && isUnacknowledged(send);
  return {
    send: quiet.send && (unacknowledged || isUnanswered(send)),
    recv: quiet.recv && (unacknowledged || isUnanswered(recv)),
  };
}

/** How often ICE was restarted in vain, and when last. */
export interface Restarts {
  count: number;
  lastAt: number;
}

/** The restarts with another one at `now`; null when it is too early for that. */
export function nextRestart(before: Restarts | null, now: number): Restarts | null {
  if (!before || now - before.lastAt > SETTLED_MS) return { count: 1, lastAt: now };
  const pause = RESTART_PAUSES_MS[Math.min(before.count, RESTART_PAUSES_MS.length - 1)] ?? 0;
  return now - before.lastAt < pause ? null : { count: before.count + 1, lastAt: now };
}

function silenceOf({ latest, heard }: PathHistory): number {
  return latest.at - heard.at;
}

function isUnacknowledged(path: PathHistory | null): boolean {
  if (!path) return false;
  return path.latest.packetsSent - path.heard.packetsSent >= UNACKNOWLEDGED_PACKETS;
}

function isUnanswered(path: PathHistory | null): boolean {
  return path !== null && path.checksDue - path.heard.checksSent >= UNANSWERED_CHECKS;
}
