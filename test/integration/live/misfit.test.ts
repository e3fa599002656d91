import { expect, inject, onTestFailed, test } from 'vitest';
import { childrenOf } from '../../../bench/support/processes.ts';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import { ask, createRoom, goesOn, MIXING, reaches } from '../../support/live/airing.ts';
import { mixerOf, processOn } from '../../support/live/mixers.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { signUp } from '../../support/people.ts';

const LONG_MS = 120_000;
const roomId = 'stage';

/** Lets no encoder live on a node, as where FFmpeg is broken. @returns ends that */
function breakEncoders(node: NodeProcess): () => void {
  const timer = setInterval(() => {
    for (const mixer of childrenOf(node.pid)) {
      for (const encoder of childrenOf(mixer)) kill(encoder);
    }
  }, 50);
  return () => clearInterval(timer);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

test(
  'a node that cannot mix a room gives it to another, and has nothing of it left',
  async () => {
    const cluster = await ClusterOfProcesses.start(inject('postgres'), {
      ...{ signaling: 1, media: 1, mixers: 2 },
      env: MIXING,
    });
    onTestFailed(() => void process.stderr.write(`${cluster.logs}\n`));
    let repair: (() => void) | null = null;
    try {
      const [edge] = cluster.signaling as [NodeProcess];
      // Workers, which every mixer takes media from.
      const idle = new Map(cluster.mixers.map((node) => [node, childrenOf(node.pid)]));
      const host = await signUp(edge);
      await createRoom(edge, host, roomId);
      await eventually(() => ask(edge, host, 'startLiveRoom', roomId));
      await reaches(edge, roomId, 'on-air');
      const before = await goesOn(edge, roomId, -1);
      const node = await mixerOf(cluster, edge, host, roomId);
      await processOn(node);
      repair = breakEncoders(node);
      await eventually(async () => {
        expect(await mixerOf(cluster, edge, host, roomId)).not.toBe(node);
      }, LONG_MS);
      await goesOn(edge, roomId, before);
      await reaches(edge, roomId, 'on-air');
      await eventually(() => expect(childrenOf(node.pid)).toEqual(idle.get(node)), LONG_MS);
    } finally {
      repair?.();
      await cluster.close();
    }
  },
  LONG_MS,
);
