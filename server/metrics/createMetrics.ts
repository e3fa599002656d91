import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Read at every scrape. */
export interface MetricSources {
  meetings: () => number;
  connections: () => number;
  media: () => {
    workers: readonly { index: number; load: number }[];
    workerDeaths: number;
    participants: number;
    producers: number;
    consumers: number;
  } | null;
}

export interface Metrics {
  observeRequest: (name: string, outcome: string, seconds: number) => void;
  observeHttp: (method: string, route: string, status: number, seconds: number) => void;
  /** Begins to read the gauges: called once everything that they look at exists. */
  watch: (sources: MetricSources) => void;
  /** Prometheus' text format. */
  render: () => Promise<{ contentType: string; body: string }>;
}

/** Upper bounds in seconds: a request is 1 ms of work, a join some tens. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Everything at `/metrics`, in a registry of its own so that several servers fit in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'parley_request_duration_seconds',
    help: 'Socket.IO requests, from arrival to acknowledgement, by name and outcome',
    labelNames: ['request', 'outcome'] as const,
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const http = new Histogram({
    name: 'parley_http_request_duration_seconds',
    help: 'HTTP requests by method, route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS_BUCKETS,
    registers,
  });
  return {
    observeRequest: (request, outcome, seconds) => requests.observe({ request, outcome }, seconds),
    observeHttp: (method, route, status, seconds) =>
      http.observe({ method, route, status }, seconds),
    watch: (sources) => watch(registers, sources),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function watch(registers: Registry[], { meetings, connections, media }: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('parley_meetings', 'Meetings in memory', meetings);
  gauge('parley_connections', 'Socket.IO connections', connections);
  gauge('parley_participants', 'Participants with media', () => media()?.participants ?? 0);
  gauge('parley_producers', 'Producers', () => media()?.producers ?? 0);
  gauge('parley_consumers', 'Consumers', () => media()?.consumers ?? 0);
  gauge('parley_workers', 'Media workers alive', () => media()?.workers.length ?? 0);
  new Counter({
    name: 'parley_worker_deaths_total',
    help: 'Media workers that died or hung since the start',
    registers,
    collect() {
      this.reset();
      this.inc(media()?.workerDeaths ?? 0);
    },
  });
  new Gauge({
    name: 'parley_worker_load',
    help: 'Predicted outgoing packets per second of a media worker',
    labelNames: ['worker'] as const,
    registers,
    collect() {
      this.reset();
      for (const { index, load } of media()?.workers ?? []) this.set({ worker: index }, load);
    },
  });
}
