import { delimiter, join } from 'node:path';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { ProvisionError } from './ProvisionError.ts';
import { isExecutable } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const PROGRAM = 'ffmpeg';
/** Beside those in the PATH, which may be short. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/snap/bin'];

/**
 * The path of FFmpeg: the one named by `PARLEY_FFMPEG`, else an installed one, else Debian's.
 * @param purpose completes "… is needed to …"
 */
export async function ensureFfmpeg(
  step: Step = silentStep(),
  purpose = 'run the tests of live rooms',
): Promise<string> {
  const given = process.env['PARLEY_FFMPEG'];
  if (given) {
    if (await isExecutable(given)) return given;
    throw new ProvisionError(
      `PARLEY_FFMPEG is set to ${given}, which is not a program.`,
      'Set it to the path of ffmpeg, or unset it.',
    );
  }
  const installed = await findInstalled();
  if (installed) {
    step.outcome = `ready (${installed})`;
    return installed;
  }
  const debian = await isDebian();
  if (debian && process.getuid?.() === 0) {
    await ensureDebianPackages([PROGRAM], purpose, step);
    const now = await findInstalled();
    if (now) return now;
  }
  throw new ProvisionError(
    `ffmpeg is needed to ${purpose}, and was not found.`,
    debian
      ? 'Run this, then try again:\nsudo apt-get install -y --no-install-recommends ffmpeg'
      : 'Install FFmpeg 5.1 or newer, and set PARLEY_FFMPEG to its path if it is in an unusual place.',
  );
}

async function findInstalled(): Promise<string | undefined> {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...inPath, ...USUAL_FOLDERS]) {
    const path = join(folder, PROGRAM);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}
