import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ensureEntry } from './cache.ts';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { ProvisionError } from './ProvisionError.ts';
import { CommandError, isExecutable, run } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const SERVER = 'turnserver';
/** Beside those in the PATH, which may be short. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
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
  const given = process.env['PARLEY_TURN_SERVER'];
  if (given?.startsWith(NONE))
    return missing(step, given.slice(NONE.length + 2) || 'none is wanted');
  if (given) {
    if (await isExecutable(given)) return { path: given };
    throw new ProvisionError(
      `PARLEY_TURN_SERVER is set to ${given}, which is not a program.`,
      'Set it to the path of turnserver, or to none, or unset it.',
    );
  }
  const installed = await findInstalled();
  if (installed) {
    step.outcome = `ready (${installed})`;
    return { path: installed };
  }
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
  return { PARLEY_TURN_SERVER: 'path' in found ? found.path : `${NONE}: ${found.missing}` };
}

function missing(step: Step, reason: string): TurnProgram {
  step.outcome = `missing, and tests that need one are skipped: ${reason}`;
  return { missing: reason };
}

async function findInstalled(): Promise<string | undefined> {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...inPath, ...USUAL_FOLDERS]) {
    const path = join(folder, SERVER);
    if (await isExecutable(path)) return path;
  }
  return undefined;
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
