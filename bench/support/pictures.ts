/** What was decoded or on its way to the screen is still shown. */
const STILL_UNDER_WAY_MS = 500;
/** Without a picture for so long, somebody takes a call for broken. */
const BROKEN_MS = 500;
const SMOOTH_FOR_MS = 1_000;
/** Fewer than 5 pictures a second are not a moving picture. */
const LATE_MS = 200;

/** Unix time in milliseconds, as the pages note it. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds between the two pictures that were furthest apart. */
export function largestGap(frames: readonly number[]): number {
  return Math.max(...frames.slice(1).map((at, index) => at - (frames[index] ?? at)));
}

/** Milliseconds from a fault that stopped the pictures. */
export interface Recovery {
  /** To the first picture after it; not a number while there is none. */
  first: number;
  /** To the first after which none was late for a second. */
  smooth: number;
}

export function recoveryAfter(frames: readonly number[], faultAt: number): Recovery {
  const after = frames.filter((at) => at > faultAt);
  const stopped = after.findIndex((at, index) => {
    const next = after[index + 1];
    return at > faultAt + STILL_UNDER_WAY_MS || (next !== undefined && next - at > BROKEN_MS);
  });
  const before = after[stopped] ?? faultAt;
  const fresh = after.filter((at) => at > before || at > faultAt + STILL_UNDER_WAY_MS);
  const isSmooth = (from: number): boolean => {
    const following = fresh.filter((at) => at >= from && at < from + SMOOTH_FOR_MS);
    return (
      (fresh.at(-1) ?? 0) >= from + SMOOTH_FOR_MS &&
      following.every((at, index) => at - (following[index - 1] ?? at) <= LATE_MS)
    );
  };
  return {
    first: (fresh[0] ?? Number.NaN) - faultAt,
    smooth: (fresh.find(isSmooth) ?? Number.NaN) - faultAt,
  };
}
