import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTests } from '../checks.ts';
import { ROOT, runCommand } from '../command.ts';
import { prepareTests } from '../prepareTests.ts';
import { seconds } from '../Step.ts';

/** How a test file says that `npm test` has no time for all of it. */
const SAYS_SO = /support\/extent\.ts'|\bEDGE_BACKENDS\b|\bCALL_PLACES\b/;

await runCommand(async ({ stop, args }) => {
  const env = {
    ...(await prepareTests(stop)),
    PARLEY_TEST_FAULTS: 'all',
    PARLEY_TEST_BACKENDS: 'all',
  };
  const files = (await longFiles()).filter(
    (file) => args.length === 0 || args.some((part) => file.includes(part)),
  );
  const summary: string[] = [];
  let [passed, failed] = [0, 0];
  for (const project of ['integration', 'live', 'e2e', 'e2e-timed', 'e2e-faults']) {
    const startedAt = performance.now();
    const onLine = (line: string) => console.log(line);
    if (files.length === 0) break;
    const { counts } = await runTests(project, files, { env, signal: stop, onLine });
    stop.throwIfAborted();
    passed += counts.passed;
    failed += counts.failed;
    const sign = counts.failed === 0 ? '✔' : '✖';
    summary.push(
      `${sign} ${project} ${counts.passed} passed, ${counts.failed} failed ${seconds(startedAt)}`,
    );
  }
  console.log(`\n${summary.join('\n')}\n`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
});

/** Files of tests that have more than a round of `npm test`, from the checkout's folder. */
async function longFiles(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('test/{integration,e2e}/**/*.test.ts', { cwd: ROOT })) {
    const isOfFaults = file.includes('/faults/');
    if (isOfFaults || SAYS_SO.test(await readFile(join(ROOT, file), 'utf8'))) found.push(file);
  }
  return found.sort();
}
