import { AppError } from '../../server/core/AppError.ts';
import { findFfmpeg } from '../../server/live/mixer/ffmpeg.ts';
import { ok, reasonOf, warning, type Finding } from './findings.ts';

/** Whether live rooms can be mixed here. Without, everything else works. @param path of the program, or its name */
export async function checkFfmpeg(path: string): Promise<Finding> {
  const subject = 'FFmpeg';
  try {
    const found = await findFfmpeg(path);
    return ok(subject, `${found.path}, version ${found.version}`);
  } catch (error) {
    const advice = 'Install it (Debian: apt-get install -y --no-install-recommends ffmpeg).';
    if (error instanceof AppError) return warning(subject, error.message, advice);
    return warning(subject, reasonOf(error), advice);
  }
}
