import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RateLimits } from '../../../server/auth/RateLimits.ts';
import { openRateLimits } from '../../../server/compose/openRateLimits.ts';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { openRedis } from '../../../server/redis/openRedis.ts';
import type { RedisConnection } from '../../../server/redis/RedisConnection.ts';
import { eventually } from '../../support/eventually.ts';
import { RedisServer } from '../../support/redis.ts';

const logger = createLogger('silent', 'json');
const { limits } = loadConfig({
  file: null,
  env: {
    PARLEY_LIMITS_GUEST_PER_ADDRESS_POINTS: '4',
    PARLEY_LIMITS_LOGIN_PER_ACCOUNT_POINTS: '4',
  },
});
/** Of one call while Redis does not answer: one timeout for each time that it is asked. */
const ANSWERED_WITHIN_MS = 1_000;

let server: RedisServer;
const connections: RedisConnection[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  server.resume();
  for (const connection of connections.splice(0)) connection.close();
  await server.start();
  await server.flush();
});
afterAll(() => server.stop());

async function openNode(): Promise<RateLimits> {
  const redis = await openRedis(server.url, logger);
  connections.push(redis);
  const node = openRateLimits(limits, redis, 'the-secret-of-the-cluster-0123456789');
  // The connection of its own is there a moment later.
  await eventually(async () => {
    await node.consume('restPerAddress', 'anybody');
    expect(await server.use((client) => client.keys('limit:restPerAddress:*'))).not.toEqual([]);
  });
  return node;
}

const wrongGuess = (node: RateLimits) =>
  node.guess([{ name: 'loginPerAccount', key: 'ada@example.org' }], () => Promise.resolve(false));
const refused = { code: 'RATE_LIMITED' };

describe('limits of several nodes', () => {
  it('count together what each of them sees', async () => {
    const [one, two] = [await openNode(), await openNode()];
    for (const node of [one, two, one, two]) await node.consume('guestPerAddress', '192.0.2.1');
    await expect(one.consume('guestPerAddress', '192.0.2.1')).rejects.toMatchObject(refused);
    await expect(two.consume('guestPerAddress', '192.0.2.1')).rejects.toMatchObject({
      ...refused,
      retryAfterMs: expect.any(Number) as number,
    });
    await two.consume('guestPerAddress', '192.0.2.2');
  });

  it('count wrong guesses together, and no right ones', async () => {
    const [one, two] = [await openNode(), await openNode()];
    for (const node of [one, two, one, two]) {
      const right = await node.guess([{ name: 'loginPerAccount', key: 'ada@example.org' }], () =>
        Promise.resolve(true),
      );
      expect(right).toBe(true);
    }
    for (const node of [one, two, one, two]) await wrongGuess(node);
    for (const node of [one, two]) await expect(wrongGuess(node)).rejects.toMatchObject(refused);
  });

  it('keep nobody’s address, and nothing for ever', async () => {
    const node = await openNode();
    await node.consume('guestPerAddress', '192.0.2.1');
    const keys = await server.use((client) => client.keys('*'));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toContain('192.0.2.1');
    expect(await server.keysWithoutTtl()).toEqual([]);
  });

  it.each(['killed', 'hanging', 'wiped'])(
    'hold on each node, and nobody waits, while Redis is %s',
    async (how) => {
      const [one, two] = [await openNode(), await openNode()];
      await wrongGuess(one);
      await wrongGuess(one);
      await wrongGuess(two);
      if (how === 'killed') await server.stop();
      else if (how === 'hanging') server.pause();
      else await server.flush();
      const began = Date.now();
      // What each node has seen itself it still knows.
      await wrongGuess(one);
      await wrongGuess(one);
      await expect(wrongGuess(one)).rejects.toMatchObject(refused);
      expect(Date.now() - began).toBeLessThan(3 * ANSWERED_WITHIN_MS);
      if (how === 'wiped') return;
      for (let guesses = 0; guesses < 3; guesses++) await wrongGuess(two);
      await expect(wrongGuess(two)).rejects.toMatchObject(refused);
    },
  );

  it('count together again when Redis is back', async () => {
    const [one, two] = [await openNode(), await openNode()];
    await server.stop();
    await one.consume('guestPerAddress', '192.0.2.1');
    await server.start();
    await eventually(async () => {
      await one.consume('restPerAddress', 'somebody');
      await two.consume('restPerAddress', 'somebody');
      const counted = await server.use(async (client) => {
        const [key = ''] = await client.keys('limit:restPerAddress:*');
        return Number(await client.get(key));
      });
      expect(counted).toBeGreaterThan(2);
    });
    for (const node of [two, one, two, one]) await node.consume('guestPerAddress', '192.0.2.1');
    await expect(two.consume('guestPerAddress', '192.0.2.1')).rejects.toMatchObject(refused);
  });
});
