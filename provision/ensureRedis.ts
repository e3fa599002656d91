import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ensureEntry } from './cache.ts';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { ProvisionError } from './ProvisionError.ts';
import { isExecutable, run } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const SERVER = 'redis-server';
const NAMES = [SERVER, 'valkey-server'];
/** Beside those in the PATH, which may be short. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/snap/bin'];
/** In Debian's redis-tools: the server itself, which acts by the name that it is called. */
const DEBIAN_PROGRAM = '/usr/bin/redis-check-rdb';

/**
 * The path of a Redis or Valkey server to throw away: the one named by `PARLEY_REDIS_SERVER`, else an
 * installed one, else Debian's. Nothing is started: Debian's package redis-server would run a service
 * that nobody asked for, so its program is taken from the tools' package.
 * @param purpose completes "… is needed to …"
 */
export async function ensureRedis(
  step: Step = silentStep(),
  purpose = 'run the integration tests',
): Promise<string> {
  const given = process.env['PARLEY_REDIS_SERVER'];
  if (given) {
    if (await isExecutable(given)) return given;
    throw new ProvisionError(
      `PARLEY_REDIS_SERVER is set to ${given}, which is not a program.`,
      'Set it to the path of redis-server or valkey-server, or unset it.',
    );
  }

  const installed = await findInstalled();
  if (installed) {
    step.outcome = `ready (${installed})`;
    return installed;
  }
  const debian = await isDebian();
  if (debian && process.getuid?.() === 0) {
    await ensureDebianPackages(['redis-tools'], purpose, step);
    const server = await nameServer();
    if (server) return server;
  }
  throw new ProvisionError(
    `redis-server or valkey-server is needed to ${purpose}, and neither was found.`,
    debian
      ? 'Run this, then try again:\nsudo apt-get install -y redis-server'
      : 'Install Redis or Valkey, and set PARLEY_REDIS_SERVER to the path of its server if it is in an unusual place.',
  );
}

async function findInstalled(): Promise<string | undefined> {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of NAMES) {
    for (const folder of [...inPath, ...USUAL_FOLDERS]) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** Gives Debian's program the name by which it is a server. */
async function nameServer(): Promise<string | undefined> {
  const folder = await ensureEntry('redis', (made) => symlink(DEBIAN_PROGRAM, join(made, SERVER)));
  const server = join(folder, SERVER);
  return run(server, ['--version']).then(
    (version) => (version.includes('server') ? server : undefined),
    () => undefined,
  );
}
