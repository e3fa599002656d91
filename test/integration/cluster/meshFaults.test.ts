import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeshTimeoutError, UnreachableError } from '../../../server/cluster/Mesh.ts';
import type { MeshTimings } from '../../../server/cluster/MeshLink.ts';
import type { WebSocketMesh } from '../../../server/cluster/WebSocketMesh.ts';
import { eventually } from '../../support/eventually.ts';
import { MeshProcess } from '../../support/MeshProcess.ts';
import { Meshes, recordLinks } from '../../support/meshes.ts';

describe('a peer in a process of its own', () => {
  let meshes: Meshes;
  let mesh: WebSocketMesh;
  let child: MeshProcess;
  let links: string[];

  const start = async (timings: Partial<MeshTimings> = {}): Promise<void> => {
    mesh = await meshes.start('here', { timings });
    child = await MeshProcess.start('there', { here: `ws://127.0.0.1:${mesh.port}` }, timings);
    meshes.addresses.set('there', child.url);
    expect(await mesh.call('there', 'echo', 1)).toBe(1);
    links = recordLinks(mesh);
  };

  beforeEach(() => {
    meshes = new Meshes();
  });
  afterEach(async () => {
    child.kill();
    await meshes.close();
  });

  it('that is killed is gone', async () => {
    await start();
    const waiting = mesh.call('there', 'wait', null, { timeoutMs: 60_000 });
    const failed = expect(waiting).rejects.toThrow(UnreachableError);
    child.kill();
    await failed;
    await eventually(() => expect(links).toStrictEqual(['refused there']));
  });

  it('that is killed while it is frozen is gone', async () => {
    await start();
    await child.freeze();
    child.kill();
    await eventually(() => expect(links).toStrictEqual(['refused there']));
  });

  it('that is frozen does nothing of what it was told when it goes on', async () => {
    await start({ pingMs: 100, silentMs: 1_000 });
    await child.freeze();
    mesh.tell('there', 'note', 'told');
    const calls = ['one', 'two'].map((word) => mesh.call('there', 'note', word));
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason).toBeInstanceOf(UnreachableError);
    }
    expect(links).toStrictEqual(['silent there']);
    child.thaw();
    // Dials anew, so that nothing of the old link is read once this is answered.
    await eventually(async () => expect(await mesh.call('there', 'noted', null)).toStrictEqual([]));
    expect(links.at(-1)).toBe('up there');
  });

  it('that was frozen for a moment does not do what nobody waits for any more', async () => {
    await start({ silentMs: 60_000 });
    await child.freeze();
    const late = mesh.call('there', 'note', 'late', { timeoutMs: 300 });
    const timely = mesh.call('there', 'note', 'timely', { timeoutMs: 60_000 });
    await expect(late).rejects.toThrow(MeshTimeoutError);
    child.thaw();
    await timely;
    expect(await mesh.call('there', 'noted', null)).toStrictEqual(['timely']);
    expect(links).toStrictEqual([]);
  });

  it('is not silent because this process has paused', async () => {
    const silentMs = 500;
    mesh = await meshes.start('here', { timings: { silentMs } });
    const url = `ws://127.0.0.1:${mesh.port}`;
    child = await MeshProcess.start('there', { here: url }, { pingMs: 50, silentMs: 60_000 });
    meshes.addresses.set('there', child.url);
    expect(await mesh.call('there', 'echo', 1)).toBe(1);
    links = recordLinks(mesh);
    // Not a moment in which anything could be read or noticed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * silentMs);
    // What has arrived meanwhile is too old to act on, and shows that the peer is there.
    await eventually(() => expect(links).toStrictEqual(['closed there', 'up there']));
  });
});
