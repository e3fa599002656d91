import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createId } from '../../../server/core/ids.ts';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import type { HotParticipant } from '../../../server/meetings/HotState.ts';
import { participantsKey, stateKey } from '../../../server/redis/keys.ts';
import { COLUMNS, RedisCluster, startCluster, type TestCluster } from '../../support/clusters.ts';

const startedAt = 1_700_000_000_000;
const savedAt = startedAt + 60_000;

function participant(id: string, changes: Partial<HotParticipant> = {}): HotParticipant {
  return {
    id,
    userId: `user of ${id}`,
    name: 'Ada “the first” Ünicode\n',
    role: 'participant',
    deviceId: null,
    joinedAt: startedAt,
    companion: false,
    handRaisedAt: null,
    stopped: [],
    granted: [],
    ...changes,
  };
}

describe.each(COLUMNS)('hot state in %s', (column) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(column);
  });
  afterEach(() => cluster.reset());
  afterAll(() => cluster.close());

  it('is what was put and not removed, by when they joined', async () => {
    const [{ leases, hot }, other] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    const { epoch } = await leases.acquire(meeting, 0);
    expect(await other.hot.load(meeting)).toBeNull();

    const [a, b, c] = [
      participant('a', { joinedAt: startedAt + 2, stopped: ['camera'], granted: ['microphone'] }),
      participant('b', { joinedAt: startedAt + 1, handRaisedAt: startedAt + 5, deviceId: 'd' }),
      participant('c', { role: 'host', companion: true }),
    ];
    await hot.save(meeting, epoch, { startedAt, savedAt, put: [a, b], remove: [] });
    await hot.save(meeting, epoch, { startedAt, savedAt, put: [c], remove: ['nobody'] });
    expect(await other.hot.load(meeting)).toEqual({ startedAt, savedAt, participants: [c, b, a] });

    const moved = { ...a, role: 'cohost' as const };
    await hot.save(meeting, epoch, {
      startedAt: startedAt + 1,
      savedAt: savedAt + 1,
      put: [moved],
      remove: ['b'],
    });
    const expected = { startedAt: startedAt + 1, savedAt: savedAt + 1, participants: [c, moved] };
    expect(await other.hot.load(meeting)).toEqual(expected);
    expect(await other.hot.load(createId())).toBeNull();

    await hot.clear(meeting, epoch);
    expect(await other.hot.load(meeting)).toBeNull();
  });

  it('is kept of a meeting that everybody has left for a moment', async () => {
    const { leases, hot } = await cluster.addNode();
    const meeting = createId();
    const { epoch } = await leases.acquire(meeting, 0);
    await hot.save(meeting, epoch, { startedAt, savedAt, put: [participant('a')], remove: [] });
    await hot.save(meeting, epoch, { startedAt, savedAt, put: [], remove: ['a'] });

    expect(await hot.load(meeting)).toEqual({ startedAt, savedAt, participants: [] });
  });

  it('is not changed by an owner that has lost the meeting', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    const { epoch: before } = await one.leases.acquire(meeting, 0);
    await one.hot.save(meeting, before, {
      startedAt,
      savedAt,
      put: [participant('a')],
      remove: [],
    });
    await one.leases.release(meeting, before);
    const { epoch } = await two.leases.acquire(meeting, before);

    const late = { startedAt: 1, savedAt: 1, put: [participant('b')], remove: ['a'] };
    await expect(one.hot.save(meeting, before, late)).rejects.toThrow(StaleEpochError);
    await expect(one.hot.clear(meeting, before)).rejects.toThrow(StaleEpochError);
    const kept = { startedAt, savedAt, participants: [participant('a')] };
    expect(await two.hot.load(meeting)).toEqual(kept);

    await two.hot.save(meeting, epoch, { startedAt, savedAt, put: [participant('c')], remove: [] });
    await two.leases.release(meeting, epoch);
    await expect(one.hot.save(meeting, before, late)).rejects.toMatchObject({
      meetingId: meeting,
      epoch: before,
    });
  });

  it('remembers its writer where the leases were forgotten', async () => {
    const { leases, hot } = await cluster.addNode();
    const meeting = createId();
    const { epoch } = await leases.acquire(meeting, 0);
    await cluster.wipe();
    await hot.save(meeting, epoch, { startedAt, savedAt, put: [participant('a')], remove: [] });

    const late = { startedAt, savedAt, put: [], remove: ['a'] };
    await expect(hot.save(meeting, epoch - 1, late)).rejects.toThrow(StaleEpochError);
    expect(await hot.load(meeting)).toMatchObject({ participants: [{ id: 'a' }] });
  });
});

describe('hot state that something else has written to', () => {
  it('is as good as absent where it is not understood', async () => {
    const cluster = await startCluster('Redis');
    if (!(cluster instanceof RedisCluster)) throw new Error('not a cluster with Redis');
    const { leases, hot } = await cluster.addNode();
    const meeting = createId();
    const { epoch } = await leases.acquire(meeting, 0);
    const put = ['a', 'b', 'c'].map((id) => participant(id));
    await hot.save(meeting, epoch, { startedAt, savedAt, put, remove: [] });

    await cluster.server.use(async (client) => {
      await client.hset(participantsKey(meeting), { a: '{', b: '{"id":"b"}' });
    });
    expect(await hot.load(meeting)).toEqual({
      startedAt,
      savedAt,
      participants: [participant('c')],
    });

    await cluster.server.use((client) => client.hset(stateKey(meeting), 'startedAt', 'soon'));
    expect(await hot.load(meeting)).toBeNull();
    await cluster.close();
  });
});
