import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createId } from '../../../server/core/ids.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { epochKey, ownerKey, participantsKey, stateKey } from '../../../server/redis/keys.ts';
import { openRedis, RedisError } from '../../../server/redis/openRedis.ts';
import { RedisCluster, type TestNode } from '../../support/clusters.ts';
import { eventually } from '../../support/eventually.ts';
import { extent } from '../../support/extent.ts';
import { freePort } from '../../../provision/throwaway/freePort.ts';
import { RedisServer } from '../../support/redis.ts';

/** A command that Redis does not answer fails after a second. */
const FAILS_WITHIN_MS = 1_500;
const SETTLE_MS = 2_000;
const TTL_MS = 1_000;
const logger = createLogger('silent', 'json');

let cluster: RedisCluster;
beforeAll(async () => {
  const times = { settleMs: SETTLE_MS, ttlMs: TTL_MS, renewMs: 100 };
  cluster = new RedisCluster(await RedisServer.start(), times);
});
afterEach(async () => {
  cluster.server.resume();
  await cluster.server.start();
  await cluster.reset();
});
afterAll(() => cluster.close());

async function startNodes(count: number): Promise<TestNode[]> {
  const nodes: TestNode[] = [];
  while (nodes.length < count) nodes.push(await cluster.addNode());
  for (const { registry } of nodes) {
    await eventually(() => expect(registry.nodes).toHaveLength(count));
  }
  return nodes;
}

/** Two nodes and what they tell from now on. */
async function startTwo() {
  const [one, two] = (await startNodes(2)) as [TestNode, TestNode];
  const events: unknown[] = [];
  for (const { id, registry } of [one, two]) {
    registry.on('reachable', () => events.push([id, 'reachable']));
    registry.on('self-lost', ({ wiped }) => events.push([id, 'self-lost', wiped]));
    registry.on('left', (of) => events.push([id, 'left', of]));
    registry.on('joined', ({ instanceId }) => events.push([id, 'joined', instanceId]));
  }
  return { one, two, events };
}

async function expectUnavailable(act: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  const failure = await act().catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: expect.any(Number) as number,
  });
  expect(performance.now() - startedAt).toBeLessThan(FAILS_WITHIN_MS);
}

const absences = {
  stopped: {
    begin: () => cluster.server.stop(),
    end: () => cluster.server.start(),
    forgets: true,
  },
  hung: {
    begin: () => {
      cluster.server.pause();
    },
    end: () => {
      cluster.server.resume();
    },
    forgets: false,
  },
};

describe.each(extent<(keyof typeof absences)[]>(['stopped', 'hung'], ['hung']))(
  'Redis that is %s',
  (how) => {
    const { begin, end, forgets } = absences[how];

    it('keeps everybody in the list, fails at once, and is noticed when it is back', async () => {
      const { one, two, events } = await startTwo();
      const meeting = createId();
      const { epoch } = await one.leases.acquire(meeting, 0);
      await begin();

      await expectUnavailable(() => two.leases.acquire(meeting, epoch));
      await expectUnavailable(() => two.leases.find(meeting));
      await expectUnavailable(() => two.hot.load(meeting));
      await expectUnavailable(() => two.registry.mark(one.id, 'draining'));
      await eventually(() => {
        for (const { registry } of [one, two]) expect(registry.isReachable).toBe(false);
      });
      // Longer than any of them would be kept without a heartbeat.
      await new Promise((resolve) => setTimeout(resolve, TTL_MS + 500));
      for (const { registry } of [one, two]) expect(registry.nodes).toHaveLength(2);
      expect(events).toEqual([]);

      await end();
      await eventually(() => expect(events).toHaveLength(4));
      for (const { id, registry } of [one, two]) {
        expect(events.filter((event) => (event as string[])[0] === id)).toEqual([
          [id, 'reachable'],
          [id, 'self-lost', forgets],
        ]);
        expect(registry.isReachable).toBe(true);
        expect(registry.nodes).toHaveLength(2);
      }
      expect(await one.leases.reassert(meeting, epoch)).toBe(true);
      const lease = { owner: one.id, epoch };
      expect(await two.leases.acquire(meeting, epoch)).toEqual({ granted: false, ...lease });
    });

    it('gives nobody what was owned before its owner had time to come back', async () => {
      const [one, two] = (await startNodes(2)) as [TestNode, TestNode];
      const meeting = createId();
      const { epoch } = await one.leases.acquire(meeting, 0);
      const back = new Promise<void>((resolve) => two.registry.once('reachable', () => resolve()));
      await begin();
      await one.crash();
      await new Promise((resolve) => setTimeout(resolve, TTL_MS + 500));
      await end();
      await back;

      const refused = two.leases.acquire(meeting, epoch);
      await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(two.registry.find(one.id)).toBeDefined();
      const taken = await eventually(() => two.leases.acquire(meeting, epoch));
      expect(taken.granted).toBe(true);
      expect(taken.epoch).toBeGreaterThan(epoch);
      await eventually(() => expect(two.registry.find(one.id)).toBeUndefined());
    });
  },
);

it('tells that a node is gone when its heartbeats have stopped', async () => {
  const { one, two, events } = await startTwo();
  const crashedAt = performance.now();
  await two.crash();

  await eventually(() => expect(events).toEqual([[one.id, 'left', two.id]]));
  expect(performance.now() - crashedAt).toBeGreaterThan(TTL_MS / 2);
});

it('leaves no key that would stay for ever, and renews what is owned', async () => {
  const [one, two] = (await startNodes(2)) as [TestNode, TestNode];
  const [owned, left] = [createId(), createId()];
  const { epoch } = await one.leases.acquire(owned, 0);
  const put = {
    ...{ id: 'p', userId: 'u', name: 'P', role: 'guest' as const, deviceId: null, joinedAt: 1 },
    ...{ companion: false, handRaisedAt: null, stopped: [], granted: [] },
  };
  await one.hot.save(owned, epoch, { startedAt: 1, savedAt: 1, put: [put], remove: [] });
  const other = await two.leases.acquire(left, 0);
  await two.hot.save(left, other.epoch, { startedAt: 1, savedAt: 1, put: [], remove: [] });
  await two.leases.release(left, other.epoch);
  await one.registry.mark(two.id, 'cordoned');
  expect(await cluster.server.keysWithoutTtl()).toEqual([]);

  const keys = [ownerKey, epochKey, stateKey, participantsKey].map((key) => key(owned));
  await cluster.server.use(async (client) => {
    for (const key of keys) await client.pexpire(key, 60_000);
  });
  await eventually(() =>
    cluster.server.use(async (client) => {
      for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(60_000);
    }),
  );
});

it('keeps subscriptions over a restart, and lets promises of its connections be ignored', async () => {
  const redis = await openRedis(cluster.server.url, logger);
  const [publisher, subscriber] = [redis.createClient(), redis.createSubscriber()];
  const heard: string[] = [];
  subscriber.on('message', (_channel, message) => heard.push(message));
  await cluster.server.stop();
  void subscriber.subscribe('channel');
  void publisher.publish('channel', 'lost');
  await cluster.server.start();
  await eventually(async () => {
    await publisher.publish('channel', 'first');
    expect(heard).toContain('first');
  });
  await cluster.server.restart();
  await eventually(async () => {
    await publisher.publish('channel', 'second');
    expect(heard).toContain('second');
  });
  expect(heard).not.toContain('lost');
  redis.close();
  redis.close();
});

it('says which Redis cannot be opened, without its password', async () => {
  const url = `redis://:hidden@127.0.0.1:${await freePort()}/0`;
  const failure = await openRedis(url, logger).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(RedisError);
  expect((failure as Error).message).toMatch(
    /^Redis redis:\/\/127\.0\.0\.1:\d+\/0 cannot be opened/,
  );
  expect((failure as Error).message).toContain('ECONNREFUSED');
  expect((failure as Error).message).not.toContain('hidden');
});
