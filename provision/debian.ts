import { ProvisionError } from './ProvisionError.ts';
import { CommandError, hasProgram, run } from './run.ts';
import type { Step } from './Step.ts';

const ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
/** Another package manager at work is waited for. */
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

export async function isDebian(): Promise<boolean> {
  return process.platform === 'linux' && (await hasProgram('apt-get'));
}

/**
 * Installs what is missing of `packages` when that needs nobody's permission, and otherwise says
 * which command to run. `purpose` completes "… is needed to …".
 */
export async function ensureDebianPackages(
  packages: readonly string[],
  purpose: string,
  step: Step,
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;

  if (process.getuid?.() !== 0) {
    throw new ProvisionError(
      `Some Debian packages are needed to ${purpose}.`,
      `Run this, then try again:\nsudo apt-get install -y ${missing.join(' ')}`,
    );
  }
  try {
    await install(missing, step);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new ProvisionError(
      `Debian packages that are needed to ${purpose} could not be installed:\n${error.output}`,
      `Check that this machine reaches a Debian mirror, then run:\napt-get update && apt-get install -y ${missing.join(' ')}`,
      error,
    );
  }
}

async function install(packages: readonly string[], step: Step): Promise<void> {
  const { signal } = step;
  const download = ['install', '-y', '--no-install-recommends', '--download-only'];
  step.progress(`downloading ${packages.length} Debian packages`);
  try {
    await run('apt-get', [...WAIT_FOR_LOCK, ...download, ...packages], { env: ENV, signal });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // The package lists are missing or refer to versions that the mirror no longer has.
    step.progress('updating the Debian package lists');
    await run('apt-get', [...WAIT_FOR_LOCK, 'update'], { env: ENV, signal });
    step.progress(`downloading ${packages.length} Debian packages`);
    await run('apt-get', [...WAIT_FOR_LOCK, ...download, ...packages], { env: ENV, signal });
  }
  step.progress(`installing ${packages.length} Debian packages`);
  // Interrupting dpkg would leave the system's package database in need of repair.
  await run(
    'apt-get',
    [...WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', ...packages],
    {
      env: ENV,
      signal,
      uninterruptible: true,
    },
  );
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const installed = new Set<string>();
  const format = '${Package} ${Status}\\n';
  // dpkg-query fails as a whole when it does not know one of the packages, but lists the others.
  await run('dpkg-query', ['-W', `-f=${format}`, ...packages], {
    onLine: (line) => {
      const [name, ...status] = line.split(' ');
      if (name !== undefined && status.join(' ') === 'install ok installed') installed.add(name);
    },
  }).catch(() => undefined);
  return packages.filter((name) => !installed.has(name));
}
