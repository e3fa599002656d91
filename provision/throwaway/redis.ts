import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const READY = 'Ready to accept connections';
/** Says the server's process id, and ends it with this process as the one of PostgreSQL does. */
const KEEPER = `
trap '' INT TERM HUP
"$@" < /dev/null &
echo $!
cat > /dev/null
kill -KILL $!
wait $!
rm -rf "$RUN_FOLDER"
`;

export interface Redis {
  readonly url: string;
  readonly pid: number;
  /** Kills it, so that nobody is told. */
  stop(): Promise<void>;
}

/** A throwaway Redis of this process's own, which keeps nothing. */
export async function startRedis(binary: string, port: number): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const keeper = spawn(
    'sh',
    ['-c', KEEPER, 'sh', binary, ...settings, '--save', '', '--appendonly', 'no'],
    {
      cwd: folder,
      detached: true,
      env: { PATH: process.env['PATH'], RUN_FOLDER: folder },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const stopped = once(keeper, 'exit');
  const stop = async () => {
    keeper.stdin.end();
    await stopped;
  };
  const lines: string[] = [];
  let pid = 0;
  let ready = false;
  for await (const line of createInterface({ input: keeper.stdout })) {
    lines.push(line);
    if (/^\d+$/.test(line)) pid = Number(line);
    ready ||= line.includes(READY);
    if (!ready || pid === 0) continue;
    keeper.stdout.resume();
    return { url: `redis://127.0.0.1:${port}`, pid, stop };
  }
  await stop();
  throw new Error(`Redis did not start:\n${lines.join('\n')}`);
}
