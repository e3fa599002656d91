import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';

const DOCKER = join(import.meta.dirname, '../../../docker');
const read = (path: string): string => readFileSync(join(DOCKER, path), 'utf8');

let cluster: ClusterOfProcesses;
const visits = createVisits(() => {
  const [node] = cluster.signaling;
  if (!node) throw new Error('there is a signaling node');
  return node;
});

beforeAll(async () => {
  cluster = await ClusterOfProcesses.start(inject('postgres'), { signaling: 1, media: 1 });
  const [node] = cluster.signaling;
  if (!node) throw new Error('there is a signaling node');
  const host = await signUp(node);
  const { id } = await createMeeting(node, host);
  await visits.come(host, id);
});
afterAll(async () => {
  visits.end();
  await cluster.close();
});

/** What all nodes show together: samples by name, and the values of those of the first node. */
async function scrape() {
  const bodies = await Promise.all(
    cluster.nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );
  const names = new Set(bodies.flatMap((body) => namesIn(body, /^([a-z]\w*)[{ ]/gm)));
  const first = bodies[0] ?? '';
  const value = (sample: string): number =>
    Number(
      first
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.slice(sample.length),
    );
  return { names, value };
}

const namesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** Names of metrics in the expressions of a dashboard or of rules. */
function metricsOf(expressions: readonly string[]): string[] {
  return [
    ...new Set(expressions.flatMap((one) => namesIn(one, /\b((?:parley|nodejs|process)_\w+)/g))),
  ];
}

it('every metric of the alerts is there', async () => {
  const { groups } = parse(read('prometheus/alerts.yaml')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const wanted = metricsOf(groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)));
  expect(wanted.length).toBeGreaterThan(10);
  const { names } = await scrape();
  expect(wanted.filter((name) => !names.has(name)).filter(onlyOnceItHappens)).toEqual([]);
});

it('every metric of the dashboard is there', async () => {
  const { panels } = JSON.parse(read('grafana/parley.json')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  const wanted = metricsOf(panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
  expect(wanted.length).toBeGreaterThan(20);
  const { names } = await scrape();
  expect(wanted.filter((name) => !names.has(name)).filter(onlyOnceItHappens)).toEqual([]);
});

it('tell what goes on', async () => {
  await eventually(async () => {
    const { value } = await scrape();
    const now = ['meetings', 'meeting_participants', 'connections', 'nodes', 'redis_up'].map(
      (name) => value(`parley_${name}`),
    );
    expect(now).toEqual([1, 1, 1, 2, 1]);
    expect(value('parley_mesh_links')).toBe(1);
    expect(value('parley_node_mark{mark="ready"}')).toBe(1);
    const opened =
      'parley_mesh_call_duration_seconds_count{operation="media/command",outcome="ok"}';
    expect(value(opened)).toBeGreaterThan(0);
    expect(value('parley_database_errors_total')).toBe(0);
  });
});

/** What has labels shows once there is something to count: the other test has its name. */
function onlyOnceItHappens(name: string): boolean {
  const rare = ['mesh_link_losses_total', 'stale_epoch_refusals_total', 'calls_ended_total'];
  return !rare.some((one) => name === `parley_${one}`);
}
