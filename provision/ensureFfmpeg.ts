import { ensureDebianPackages, isDebian } from './debian.ts';
import { findInstalled, findProgram, type Program } from './findProgram.ts';
import { ProvisionError } from './ProvisionError.ts';
import { silentStep, type Step } from './Step.ts';

const FFMPEG: Program = {
  variable: 'PARLEY_FFMPEG',
  names: ['ffmpeg'],
  hint: 'the path of ffmpeg, or unset it',
};

/**
 * The path of FFmpeg: the one named by `PARLEY_FFMPEG`, else an installed one, else Debian's.
 * @param purpose completes "… is needed to …"
 */
export async function ensureFfmpeg(
  step: Step = silentStep(),
  purpose = 'run the tests of live rooms',
): Promise<string> {
  const found = await findProgram(FFMPEG, step);
  if (found) return found;
  const debian = await isDebian();
  if (debian && process.getuid?.() === 0) {
    await ensureDebianPackages(['ffmpeg'], purpose, step);
    const now = await findInstalled(FFMPEG.names);
    if (now) return now;
  }
  throw new ProvisionError(
    `ffmpeg is needed to ${purpose}, and was not found.`,
    debian
      ? 'Run this, then try again:\nsudo apt-get install -y --no-install-recommends ffmpeg'
      : 'Install FFmpeg 5.1 or newer, and set PARLEY_FFMPEG to its path if it is in an unusual place.',
  );
}
