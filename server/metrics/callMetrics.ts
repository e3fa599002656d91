import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted of direct calls. */
export interface CallMetrics {
  started: () => void;
  ended: (outcome: string, reason: string, seconds: number | null) => void;
  live: (count: number) => void;
}

/** Upper bounds in seconds: from a word to an hour and more. */
const DURATION_BUCKETS = [10, 30, 60, 180, 600, 1_800, 3_600, 10_800];

export function createCallMetrics(registers: Registry[]): CallMetrics {
  let now = 0;
  let peak = 0;
  const started = new Counter({
    name: 'parley_calls_started_total',
    help: 'Direct calls that were begun',
    registers,
  });
  const ended = new Counter({
    name: 'parley_calls_ended_total',
    help: 'Direct calls that ended, by outcome and reason; those that were answered succeeded',
    labelNames: ['outcome', 'reason'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'parley_call_duration_seconds',
    help: 'Direct calls that were answered, from the answer to the end',
    buckets: DURATION_BUCKETS,
    registers,
  });
  new Gauge({
    name: 'parley_calls_live',
    help: 'Direct calls that ring or go on, of all nodes together',
    registers,
    collect() {
      this.set(now);
    },
  });
  new Gauge({
    name: 'parley_calls_live_peak',
    help: 'The most of them at once since the start',
    registers,
    collect() {
      this.set(peak);
    },
  });
  return {
    started: () => started.inc(),
    ended(outcome, reason, seconds) {
      ended.inc({ outcome, reason });
      if (seconds !== null) durations.observe(seconds);
    },
    live(count) {
      now = count;
      peak = Math.max(peak, count);
    },
  };
}
