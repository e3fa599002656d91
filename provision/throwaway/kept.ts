import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Says the program's process id, and ends it with this process as the one of PostgreSQL does. */
const KEEPER = `
trap '' INT TERM HUP
"$@" < /dev/null &
echo $!
cat > /dev/null
kill -KILL $!
wait $!
rm -rf "$RUN_FOLDER"
`;

export interface Kept {
  readonly pid: number;
  /** Kills it, so that nobody is told. */
  stop(): Promise<void>;
}

interface Kind {
  /** In the name of its folder, and in what is said when it does not start. */
  name: string;
  /** What it prints when it is ready; null: it prints nothing of the kind, and whoever starts it has to ask. */
  ready: string | null;
}

/**
 * Starts a program that keeps nothing, in a folder of its own that goes with it. It ends with this process,
 * however that ends.
 * @param command of the program, from the folder
 */
export async function startKept(
  { name, ready }: Kind,
  command: (folder: string) => readonly string[],
): Promise<Kept> {
  const folder = await mkdtemp(join(tmpdir(), `parley-${name.toLowerCase()}-`));
  const keeper = spawn('sh', ['-c', KEEPER, 'sh', ...command(folder)], {
    cwd: folder,
    detached: true,
    env: { PATH: process.env['PATH'], RUN_FOLDER: folder },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const stopped = once(keeper, 'exit');
  const stop = async () => {
    keeper.stdin.end();
    await stopped;
  };
  const lines: string[] = [];
  let pid = 0;
  let isReady = ready === null;
  for await (const line of createInterface({ input: keeper.stdout })) {
    lines.push(line);
    if (/^\d+$/.test(line)) pid = Number(line);
    isReady ||= ready !== null && line.includes(ready);
    if (!isReady || pid === 0) continue;
    keeper.stdout.resume();
    return { pid, stop };
  }
  await stop();
  throw new Error(`${name} did not start:\n${lines.join('\n')}`);
}
