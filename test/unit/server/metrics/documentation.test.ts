import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../../../server/metrics/createMetrics.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}

/** Every metric of a node that has everything, by name, as it is at `/metrics`. */
async function metricsOf(): Promise<Map<string, string>> {
  const metrics = createMetrics();
  metrics.watch({
    node: () => ({ name: 'one', version: '1', mark: 'ready', load: 0 }),
    cluster: () => ({ nodes: 1, isRegistryReachable: true }),
    meetings: () => ({
      ...{ live: 0, participants: 0, waiting: 0, takenOver: 0, lost: 0, repairs: 0 },
    }),
    connections: () => 0,
    media: () => ({
      ...{ workers: [], workerDeaths: 0, routers: 0, participants: 0, producers: 0, consumers: 0 },
    }),
    workersWanted: 1,
    mixing: () => ({ size: 1, capacity: 2 }),
    webhooks: () => ({ pending: 0, oldestMs: 0 }),
    database: () => ({ errors: 0 }),
    redis: () => ({ isReady: true, errors: 0, losses: 0 }),
  });
  const { body } = await metrics.render();
  return new Map(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
}

test('the page lists every metric, and no other', async () => {
  const rows = [...read('docs/operations.md').matchAll(/^\| `(parley_\w+)` /gm)];
  const own = [...(await metricsOf()).keys()].filter((name) => name.startsWith('parley_'));
  expect(rows.map(([, name]) => name).sort()).toEqual(own.sort());
});

test('names say what is counted, in base units', async () => {
  for (const [name, type] of await metricsOf()) {
    if (!name.startsWith('parley_')) continue;
    expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

test('every alert has its section in the page, and the page no other', () => {
  const { groups } = parse(read('docker/prometheus/alerts.yaml')) as Rules;
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  const sections = [...read('docs/alerts.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(alerts);
});
