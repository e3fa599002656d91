import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { createCallMetrics, type CallMetrics } from './callMetrics.ts';
import { createMeshMetrics, type MeshMetrics } from './meshMetrics.ts';
import { watchSources, type MetricSources } from './watchSources.ts';

/** Of one attempt to tell an endpoint. */
export const WEBHOOK_OUTCOMES = ['delivered', 'failed', 'given_up'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

export interface Metrics {
  readonly mesh: MeshMetrics;
  readonly calls: CallMetrics;
  observeRequest: (name: string, outcome: string, seconds: number) => void;
  observeHttp: (method: string, route: string, status: number, seconds: number) => void;
  observeWebhook: (outcome: WebhookOutcome) => void;
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
  const webhooks = new Counter({
    name: 'parley_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by outcome; after given_up there are no more',
    labelNames: ['outcome'] as const,
    registers,
  });
  for (const outcome of WEBHOOK_OUTCOMES) webhooks.inc({ outcome }, 0);
  return {
    observeWebhook: (outcome) => webhooks.inc({ outcome }),
    mesh: createMeshMetrics(registers),
    calls: createCallMetrics(registers),
    observeRequest: (request, outcome, seconds) => requests.observe({ request, outcome }, seconds),
    observeHttp: (method, route, status, seconds) =>
      http.observe({ method, route, status }, seconds),
    watch: (sources) => watchSources(registers, sources),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
