import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { CommandError, run } from '../../../provision/run.ts';

it('reports every line and resolves with the output', async () => {
  const lines: string[] = [];
  const output = await run('sh', ['-c', 'echo one; echo two >&2'], {
    onLine: (line) => lines.push(line),
  });

  expect(lines.sort()).toEqual(['one', 'two']);
  expect(output.split('\n').sort()).toEqual(['one', 'two']);
});

it('tells a failing command with what it printed', async () => {
  const failure = await run('sh', ['-c', 'echo why; exit 3']).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(CommandError);
  expect(failure).toMatchObject({ message: 'sh ended with code 3', output: 'why' });
});

it('tells a command that does not exist', async () => {
  await expect(run('parley-no-such-program', [])).rejects.toBeInstanceOf(CommandError);
});

it('ends a command with all that it has started', async () => {
  const stop = new AbortController();
  let grandchild = 0;
  const running = run('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    signal: stop.signal,
    onLine: (line) => {
      grandchild = Number(line);
      stop.abort();
    },
  });

  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(grandchild).toBeGreaterThan(0);
  await expect.poll(() => isRunning(grandchild)).toBe(false);
});

/** An orphan that has been killed may stay in the process table, as a zombie. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
    .stdout.toString()
    .trim();
  return state !== '' && !state.startsWith('Z');
}
