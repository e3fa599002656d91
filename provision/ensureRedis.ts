import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry } from './cache.ts';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { findProgram, type Program } from './findProgram.ts';
import { ProvisionError } from './ProvisionError.ts';
import { run } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const SERVER = 'redis-server';
const REDIS: Program = {
  variable: 'PARLEY_REDIS_SERVER',
  names: [SERVER, 'valkey-server'],
  hint: 'the path of redis-server or valkey-server, or unset it',
};
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
  const found = await findProgram(REDIS, step);
  if (found) return found;
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

/** Gives Debian's program the name by which it is a server. */
async function nameServer(): Promise<string | undefined> {
  const folder = await ensureEntry('redis', (made) => symlink(DEBIAN_PROGRAM, join(made, SERVER)));
  const server = join(folder, SERVER);
  return run(server, ['--version']).then(
    (version) => (version.includes('server') ? server : undefined),
    () => undefined,
  );
}
