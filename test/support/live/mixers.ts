import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { ClusterOfProcesses } from '../ClusterOfProcesses.ts';
import { eventually } from '../eventually.ts';
import type { NodeProcess } from '../NodeProcess.ts';
import { call, type Person } from '../people.ts';

const execute = promisify(execFile);

/** The node that mixes a room. */
export async function mixerOf(
  cluster: ClusterOfProcesses,
  site: { url: string },
  host: Person,
  roomId: string,
): Promise<NodeProcess> {
  return eventually(async () => {
    const { health } = await call(site, 'readLiveHealth', {
      ...{ token: host.token, params: { roomId } },
    });
    const node = cluster.nodes.find(({ name }) => name === health.mixer);
    if (!node?.isRunning) throw new Error(`${String(health.mixer)} does not run`);
    return node;
  });
}

/** The process that mixes on a node. */
export async function processOn({ pid }: NodeProcess): Promise<number> {
  return eventually(async () => {
    const { stdout } = await execute('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]);
    const line = stdout.split('\n').find((one) => one.includes('mixerProcess'));
    expect(line).toBeDefined();
    return Number.parseInt(line ?? '', 10);
  });
}
