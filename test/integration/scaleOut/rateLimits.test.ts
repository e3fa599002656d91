import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call } from '../../support/people.ts';

const GUESSES = 4;

let cluster: ClusterOfProcesses;
let first: NodeProcess;
let second: NodeProcess;

beforeAll(async () => {
  cluster = await ClusterOfProcesses.start(inject('postgres'), {
    media: 1,
    env: { PARLEY_LIMITS_LOGIN_PER_ACCOUNT_POINTS: String(GUESSES) },
  });
  const [one, two] = cluster.signaling;
  if (!one || !two) throw new Error('there are two signaling nodes');
  [first, second] = [one, two];
});
afterAll(() => cluster.close());

async function guess(node: NodeProcess, email: string): Promise<string> {
  const body = { email, password: 'not the right one' };
  return call(node, 'login', { body }).then(
    () => 'OK',
    (error: unknown) => (error as { code: string }).code,
  );
}

it('guesses that are spread over two nodes are counted together', async () => {
  // A node's connection for it is there a moment after the node is ready.
  for (const node of [first, second]) {
    await eventually(async () => {
      const counted = () => cluster.redis.use((redis) => redis.keys('limit:*'));
      const before = await counted();
      if (before.length > 0) await cluster.redis.use((redis) => redis.del(...before));
      await fetch(`${node.url}/api/me`);
      expect(await counted()).not.toEqual([]);
    });
  }
  const email = `${randomUUID()}@example.org`;
  for (const node of [first, second, first, second]) {
    expect(await guess(node, email)).toBe('UNAUTHENTICATED');
  }
  expect(await guess(first, email)).toBe('RATE_LIMITED');
  expect(await guess(second, email)).toBe('RATE_LIMITED');
});

it('each node limits for itself, and answers, while Redis is away', async () => {
  await cluster.redis.stop();
  const email = `${randomUUID()}@example.org`;
  for (const node of [first, second]) {
    for (let guesses = 0; guesses < GUESSES; guesses++) {
      expect(await guess(node, email)).toBe('UNAUTHENTICATED');
    }
    expect(await guess(node, email)).toBe('RATE_LIMITED');
  }
  await cluster.redis.start();
  // They count together again: what one has seen the other refuses.
  await eventually(async () => {
    const other = `${randomUUID()}@example.org`;
    for (let guesses = 0; guesses < GUESSES; guesses++) await guess(first, other);
    expect(await guess(second, other)).toBe('RATE_LIMITED');
  }, 20_000);
});
