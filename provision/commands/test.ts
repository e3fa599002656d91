import {
  checkClientSize,
  checkFormat,
  checkLint,
  checkTypes,
  runTests,
  type CheckResult,
  type TestCounts,
} from '../checks.ts';
import { runCommand } from '../command.ts';
import { prepareTests } from '../prepareTests.ts';
import { seconds } from '../Step.ts';

await runCommand(async ({ stop, args }) => {
  const env = await prepareTests(stop);

  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const summary: string[] = [];
  const failures: string[] = [];

  const check = async (title: string, work: () => Promise<CheckResult>) => {
    const startedAt = performance.now();
    const result = await work();
    stop.throwIfAborted();
    if (!result.ok) failures.push(title);
    const detail = result.detail && ` ${result.detail}`;
    const line = `${result.ok ? '✔' : '✖'} ${title}${detail} ${seconds(startedAt)}`;
    summary.push(line);
    if (!result.ok) console.log(`\n${result.output}\n`);
    console.log(line);
  };
  /** What is done in the background waits for everything else, and says only how it ended. */
  const tests = (project: string, { background = false } = {}) =>
    check(`Tests: ${project}`, async () => {
      const show = !background && { onLine: (line: string) => console.log(line) };
      const result = await runTests(project, args, { env, signal: stop, background, ...show });
      counts.passed += result.counts.passed;
      counts.failed += result.counts.failed;
      counts.skipped += result.counts.skipped;
      // What was shown as it came need not be shown again.
      return background ? result : { ...result, output: '' };
    });

  const rest = async () => {
    await tests('unit', { background: true });
    // Someone who names a test wants that test, not the whole round.
    if (args.length > 0) return;
    await check('Format', () => checkFormat(stop));
    await check('Lint', () => checkLint(stop));
    await check('Types', () => checkTypes(stop));
    await check('Client size', checkClientSize);
  };
  await tests('integration');
  // Those that mix wait for what real time brings, and leave a part of a small machine to the rest.
  await settled(tests('live'), rest());
  await tests('e2e');
  await tests('e2e-timed');

  console.log(`\n${summary.join('\n')}\n`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return failures.length === 0 && counts.passed > 0 ? 0 : 1;
});

/** Not `Promise.all`: when the user ends it, everything has to clean up before the process exits. */
async function settled(...works: Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) {
    if (outcome.status === 'rejected') throw outcome.reason as Error;
  }
}
