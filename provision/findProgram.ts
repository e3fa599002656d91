import { delimiter, join } from 'node:path';
import { ProvisionError } from './ProvisionError.ts';
import { isExecutable } from './run.ts';
import type { Step } from './Step.ts';

/** Beside those in the PATH, which may be short. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/snap/bin'];

/** A program that may be there already. */
export interface Program {
  /** Environment variable that names one. */
  variable: string;
  /** Those that do, the best first. */
  names: readonly string[];
  /** What to do about a variable that names none: completes "Set it to …". */
  hint: string;
}

/**
 * The program that its variable names, else an installed one; undefined: there is none.
 * @throws ProvisionError when what the variable names is not a program
 */
export async function findProgram(
  { variable, names, hint }: Program,
  step: Step,
): Promise<string | undefined> {
  const given = process.env[variable];
  if (given) {
    if (await isExecutable(given)) return given;
    throw new ProvisionError(
      `${variable} is set to ${given}, which is not a program.`,
      `Set it to ${hint}.`,
    );
  }
  const installed = await findInstalled(names);
  if (installed) step.outcome = `ready (${installed})`;
  return installed;
}

/** By the first of these names that is in the PATH or where programs usually are. */
export async function findInstalled(names: readonly string[]): Promise<string | undefined> {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of [...inPath, ...USUAL_FOLDERS]) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}
