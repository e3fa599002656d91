import { afterEach, beforeEach, describe, expect, inject, onTestFailed, test } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import {
  ask,
  createRoom,
  enter,
  goesOn,
  listen,
  MIXING,
  reaches,
  segmentsOf,
} from '../../support/live/airing.ts';
import { mixerOf, processOn } from '../../support/live/mixers.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call, signUp, type Person } from '../../support/people.ts';

const ADMIN = 'an-operator-token-of-32-characters-or-more';
const LONG_MS = 120_000;

/** A listener at one node, while the room's mixer is lost in one way or another. */
describe('a room on air in a cluster', () => {
  let cluster: ClusterOfProcesses;
  /** Never the one that is lost. */
  let edge: NodeProcess;
  let host: Person;
  let token: string;
  const roomId = 'stage';

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'), {
      ...{ signaling: 1, media: 1, mixers: 2 },
      env: { ...MIXING, PARLEY_ADMIN_TOKEN: ADMIN },
    });
    onTestFailed(() => void process.stderr.write(`${cluster.logs}\n`));
    [edge] = cluster.signaling as [NodeProcess];
    host = await signUp(edge);
    await createRoom(edge, host, roomId);
    await eventually(() => ask(edge, host, 'startLiveRoom', roomId));
    await reaches(edge, roomId, 'on-air');
    token = await enter(edge, roomId);
    await goesOn(edge, roomId, -1);
  });
  afterEach(() => cluster.close());

  const newest = async () => (await segmentsOf(edge, roomId)).at(-1)?.sequence ?? -1;
  /** What comes then is a room as before, at the same address and for the same listener. */
  const isHeardBehind = async (sequence: number) => {
    const next = await goesOn(edge, roomId, sequence);
    const heard = (await segmentsOf(edge, roomId)).find((one) => one.sequence === next);
    if (heard) await listen(edge, roomId, token, heard);
    const { room } = await call(edge, 'readLiveRoom', { params: { roomId } });
    expect(room).toMatchObject({ state: 'on-air', interrupted: false });
  };

  inFull(
    'goes on when its mixer is killed, and when it is frozen',
    async () => {
      const node = await mixerOf(cluster, edge, host, roomId);
      for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
        process.kill(await processOn(node), signal);
        await isHeardBehind((await newest()) + 1);
      }
      expect(await mixerOf(cluster, edge, host, roomId)).toBe(node);
    },
    LONG_MS,
  );

  test(
    'goes on elsewhere when the node of its mixer is killed, and comes to no harm when that is back',
    async () => {
      const node = await mixerOf(cluster, edge, host, roomId);
      await node.kill();
      await isHeardBehind((await newest()) + 1);
      expect(await mixerOf(cluster, edge, host, roomId)).not.toBe(node);
      await node.restart();
      await isHeardBehind((await newest()) + 2);
    },
    LONG_MS,
  );

  test(
    'moves when its node is drained, and stops there',
    async () => {
      const node = await mixerOf(cluster, edge, host, roomId);
      const { nodes } = await call(edge, 'listNodes', { token: ADMIN });
      const instanceId = nodes.find(({ name }) => name === node.name)?.instanceId ?? '';
      const body = { mark: 'draining' as const };
      await call(edge, 'markNode', { token: ADMIN, params: { instanceId }, body });
      await eventually(async () => {
        expect(await mixerOf(cluster, edge, host, roomId)).not.toBe(node);
      }, LONG_MS);
      await isHeardBehind((await newest()) + 1);
    },
    LONG_MS,
  );

  inFull(
    'is removed while its mixer’s node is dead, and nothing of it comes back',
    async () => {
      const node = await mixerOf(cluster, edge, host, roomId);
      await node.kill();
      await ask(edge, host, 'removeLiveRoom', roomId);
      await eventually(async () => {
        await expect(call(edge, 'readLiveRoom', { params: { roomId } })).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      }, LONG_MS);
      await node.restart();
      await createRoom(edge, host, roomId);
      const { room } = await call(edge, 'readLiveRoom', { params: { roomId } });
      expect(room.state).toBe('created');
    },
    LONG_MS,
  );
});
