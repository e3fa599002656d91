import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './command.ts';
import { CommandError, run, type RunOptions } from './run.ts';

/** The first visit must not load more JavaScript than this; it is what a phone waits for. */
const MAX_FIRST_LOAD_BYTES = 250_000;

/** What one check found. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
  /** What it printed, shown when it failed. */
  readonly output: string;
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

const bin = (...path: string[]) => join(ROOT, 'node_modules', ...path);

export const checkFormat = (signal: AbortSignal) =>
  runStatic([bin('oxfmt', 'bin', 'oxfmt'), '--check'], signal);

export const checkLint = (signal: AbortSignal) =>
  runStatic([bin('oxlint', 'bin', 'oxlint')], signal);

/** Browser code and server code see different global types, so each is a project of its own. */
export async function checkTypes(signal: AbortSignal): Promise<CheckResult> {
  let result: CheckResult = { ok: true, detail: '', output: '' };
  for (const project of ['.', 'client', 'test/e2e']) {
    const tsc = [bin('typescript', 'bin', 'tsc'), '--singleThreaded', '-p', project];
    result = await runStatic(tsc, signal);
    if (!result.ok) return result;
  }
  return result;
}

/** Weighs the scripts that the built page loads at once: its entry and whatever that preloads. */
export async function checkClientSize(): Promise<CheckResult> {
  const dist = join(ROOT, 'client', 'dist');
  const page = await readFile(join(dist, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map(([, path = '']) => path);
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(await readFile(join(dist, script))).length;
  const kilobytes = (bytes / 1000).toFixed(1);
  const limit = MAX_FIRST_LOAD_BYTES / 1000;
  return {
    ok: scripts.length > 0 && bytes <= MAX_FIRST_LOAD_BYTES,
    detail: `first load ${kilobytes} kB gzipped, at most ${limit}`,
    output:
      scripts.length > 0
        ? `First load of JavaScript: ${kilobytes} kB gzipped; the limit is ${limit} kB.`
        : 'client/dist/index.html loads no script.',
  };
}

/** Runs one of the Vitest projects and counts its tests. */
export async function runTests(
  project: string,
  filters: readonly string[],
  { onLine, ...options }: RunOptions,
): Promise<CheckResult & { counts: TestCounts }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const report = join(folder, 'report.json');
  const args = [
    bin('vitest', 'vitest.mjs'),
    'run',
    ...['--project', project, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...filters,
  ];
  try {
    const result = await runTool(args, {
      ...options,
      onLine: (line) => {
        if (!line.includes(report)) onLine?.(line);
      },
    });
    const counts = await readReport(report, result.ok);
    const { passed, failed, skipped } = counts;
    return { ...result, counts, detail: `${passed} passed, ${failed} failed, ${skipped} skipped` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(path: string, ok: boolean): Promise<TestCounts> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const report = text === undefined ? undefined : (JSON.parse(text) as VitestReport);
  const counts = {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
  // A file that does not load, or a failing setup, fails no single test.
  if (!ok && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * Looks at the sources: tests that run meanwhile, and wait for something, must not wait for this.
 * The compiler and the linter's typed rules are Go. Several threads find out about the same types
 * each for itself, and garbage is dear to collect: left as they are, both take twice the processor.
 */
function runStatic(args: readonly string[], signal: AbortSignal): Promise<CheckResult> {
  const env = { ...process.env, GOMAXPROCS: '1', GOGC: '400' };
  return runTool(args, { env, signal, background: true });
}

async function runTool(
  args: readonly string[],
  { env = process.env, onLine, ...options }: RunOptions,
): Promise<CheckResult> {
  const lines: string[] = [];
  const colors = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  try {
    await run(process.execPath, args, {
      ...options,
      cwd: ROOT,
      env: { ...env, ...colors },
      onLine: (line) => {
        lines.push(line);
        onLine?.(line);
      },
    });
    return { ok: true, detail: '', output: lines.join('\n') };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { ok: false, detail: '', output: [...lines, error.message].join('\n') };
  }
}
