import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry } from './cache.ts';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { findProgram, type Program } from './findProgram.ts';
import { ProvisionError } from './ProvisionError.ts';
import { CommandError, run } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const SERVER = 'turnserver';
const TURN: Program = {
  variable: 'PARLEY_TURN_SERVER',
  names: [SERVER],
  hint: 'the path of turnserver, or to none, or unset it',
};
const PACKAGE = 'coturn';
/** What `PARLEY_TURN_SERVER` begins with where there is to be none; why may follow. */
const NONE = 'none';

/** coturn's program, or why there is none. */
export type TurnProgram = { path: string } | { missing: string };

/**
 * coturn, for the tests that go through a TURN server: the one that `PARLEY_TURN_SERVER` names, else an
 * installed one, else Debian's, unpacked: installing its package would run a relay that nobody asked for.
 * Without one only those tests are left out.
 * @throws ProvisionError when what it was given is not a program
 */
export async function findTurn(step: Step = silentStep()): Promise<TurnProgram> {
  const given = process.env[TURN.variable];
  if (given?.startsWith(NONE))
    return missing(step, given.slice(NONE.length + 2) || 'none is wanted');
  const found = await findProgram(TURN, step);
  if (found) return { path: found };
  if (!(await isDebian())) return missing(step, 'coturn is not installed');
  if (process.getuid?.() !== 0) {
    return missing(step, 'coturn is not installed, and only root can install its libraries');
  }
  try {
    return { path: await unpack(step) };
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ProvisionError)) throw error;
    return missing(step, `coturn could not be had: ${error.message}`);
  }
}

/** What tells processes that are started from here the same. */
export function turnEnv(found: TurnProgram): Record<string, string> {
  return { [TURN.variable]: 'path' in found ? found.path : `${NONE}: ${found.missing}` };
}

function missing(step: Step, reason: string): TurnProgram {
  step.outcome = `missing, and tests that need one are skipped: ${reason}`;
  return { missing: reason };
}

async function unpack(step: Step): Promise<string> {
  const { signal } = step;
  const folder = await ensureEntry(
    'turn',
    async (made) => {
      const download = () => run('apt-get', ['download', PACKAGE], { cwd: made, signal });
      step.progress('downloading coturn');
      // The package lists may be missing, or too old.
      await download().catch(async (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        await run('apt-get', ['update'], { signal });
        await download();
      });
      const [file = ''] = (await readdir(made)).filter((name) => name.endsWith('.deb'));
      const needs = await run('dpkg-deb', ['-f', file, 'Depends'], { cwd: made, signal });
      await ensureDebianPackages(librariesOf(needs), 'run a TURN server for the tests', step);
      await run('dpkg-deb', ['-x', file, '.'], { cwd: made, signal });
    },
    () => step.progress('waiting for another command to unpack coturn'),
    signal,
  );
  return join(folder, 'usr', 'bin', SERVER);
}

/** Names of the libraries in a package's `Depends`: the first of each choice, whatever its version. */
export function librariesOf(depends: string): string[] {
  return depends
    .split(',')
    .map((choice) => /^[^\s(|:]+/.exec(choice.trim())?.[0] ?? '')
    .filter((name) => name.startsWith('lib'));
}
