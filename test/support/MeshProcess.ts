import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MeshTimings } from '../../server/cluster/MeshLink.ts';
import { eventually } from './eventually.ts';

/** A node of a cluster in a process of its own. It serves what `meshNode.ts` lists. */
export class MeshProcess {
  /** Where other nodes reach it. */
  readonly url: string;
  readonly #process: ChildProcess;

  /** @param peers where the others are, by instance */
  static async start(
    instanceId: string,
    peers: Record<string, string>,
    timings: Partial<MeshTimings> = {},
  ): Promise<MeshProcess> {
    const script = join(import.meta.dirname, 'meshNode.ts');
    const options = ['--no-warnings', script, instanceId];
    const child = spawn(
      process.execPath,
      [...options, JSON.stringify(peers), JSON.stringify(timings)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const [port] = (await once(child, 'message')) as [number];
    return new MeshProcess(child, port);
  }

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.url = `ws://127.0.0.1:${port}`;
  }

  /** From now on it does nothing at all, and neither ends nor answers. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    await eventually(() => {
      const state = execFileSync('ps', ['-o', 'stat=', '-p', String(this.#process.pid)]).toString();
      if (!state.startsWith('T')) throw new Error(`process is in state ${state}`);
    });
  }

  /** It goes on as if nothing had been. */
  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Idempotent. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
