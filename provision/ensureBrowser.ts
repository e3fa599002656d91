import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheDir } from './cache.ts';
import { ensureDebianPackages, isDebian } from './debian.ts';
import { ProvisionError } from './ProvisionError.ts';
import { CommandError, isExecutable, run } from './run.ts';
import { silentStep, type Step } from './Step.ts';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const CONNECTION_TIMEOUT_MS = '15000';
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * The path of a Chromium for the end-to-end tests: the one named by `PARLEY_CHROMIUM`, else an
 * installed one, else Debian's, else the one that playwright-core downloads.
 */
export async function ensureBrowser(step: Step = silentStep()): Promise<string> {
  const given = process.env['PARLEY_CHROMIUM'];
  if (given) {
    if (await isExecutable(given)) return given;
    throw new ProvisionError(
      `PARLEY_CHROMIUM is set to ${given}, which is not a program.`,
      'Set it to the path of Chromium or Chrome, or unset it.',
    );
  }

  const installed = await findInstalled();
  if (installed) {
    step.outcome = `ready (${installed})`;
    return installed;
  }
  if ((await isDebian()) && process.getuid?.() === 0) {
    await ensureDebianPackages(['chromium'], 'run the end-to-end tests', step);
    const chromium = await findInstalled();
    if (chromium) return chromium;
  }
  return download(step);
}

async function download(step: Step): Promise<string> {
  const folder = join(cacheDir(), 'browser');
  const playwright = dirname(createRequire(import.meta.url).resolve('playwright-core'));
  const options = {
    signal: AbortSignal.any([step.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]),
    env: {
      ...process.env,
      PLAYWRIGHT_BROWSERS_PATH: folder,
      PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: CONNECTION_TIMEOUT_MS,
    },
  };
  const where = 'console.log(require("playwright-core").chromium.executablePath())';
  await mkdir(folder, { recursive: true });
  const path = await run(process.execPath, ['-e', where], { ...options, cwd: playwright });
  if (await isExecutable(path)) {
    step.outcome = 'ready (cached)';
    return path;
  }

  step.progress('downloading Chromium');
  const install = [join(playwright, 'cli.js'), 'install', '--no-shell', 'chromium'];
  try {
    await run(process.execPath, install, options);
  } catch (error) {
    step.signal.throwIfAborted();
    throw new ProvisionError(
      `The end-to-end tests need Chromium, and it could not be downloaded${
        error instanceof CommandError ? `:\n${error.output.split('\n').slice(-5).join('\n')}` : '.'
      }`,
      (await isDebian())
        ? 'Run this, then try again:\nsudo apt-get install -y chromium'
        : 'Install Chromium or Chrome, and set PARLEY_CHROMIUM to its path if it is in an unusual place.',
      error,
    );
  }
  step.outcome = 'downloaded';
  return path;
}

async function findInstalled(): Promise<string | undefined> {
  for (const path of USUAL_PLACES) if (await isExecutable(path)) return path;
  return undefined;
}
