/** The value that the share `p` (0 to 1) of the sample does not exceed; NaN of an empty one. */
export function percentile(sample: readonly number[], p: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
}

export function median(sample: readonly number[]): number {
  return percentile(sample, 0.5);
}

/** To so many digits behind the point. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Of durations in milliseconds, to the millisecond. */
export function figures(sample: readonly number[]): { p50Ms: number; p95Ms: number } {
  return { p50Ms: round(median(sample), 0), p95Ms: round(percentile(sample, 0.95), 0) };
}
