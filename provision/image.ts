import { copyFile, mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { ensureClient } from './ensureClient.ts';
import { ensureWorker } from './ensureWorker.ts';
import { ProvisionError } from './ProvisionError.ts';
import { run } from './run.ts';
import { runStep } from './Step.ts';

/**
 * `node provision/image.ts FOLDER` gets what a container image of Parley is made of: builds the
 * client in its place, and puts into the folder the media worker and the names of the Debian packages
 * that the worker is linked against. A prebuilt worker needs none, one compiled here some.
 */
await runCommand(async ({ stop, args: [folder] }) => {
  if (folder === undefined) {
    throw new ProvisionError('There is no folder to write to.', 'node provision/image.ts FOLDER');
  }
  const worker = await runStep('Media worker', stop, ensureWorker);
  await runStep('Client', stop, ensureClient);
  await mkdir(folder, { recursive: true });
  await copyFile(worker, join(folder, 'mediasoup-worker'));
  const packages = await packagesOf(worker);
  await writeFile(join(folder, 'packages'), packages.map((name) => `${name}\n`).join(''));
  console.log(`The worker needs: ${packages.join(' ') || 'nothing'}`);
  return 0;
});

async function packagesOf(binary: string): Promise<string[]> {
  const libraries: string[] = [];
  await run('ldd', [binary], {
    onLine: (line) => libraries.push(...(/=> (\/\S+)/.exec(line)?.slice(1) ?? [])),
  });
  const names = new Set<string>();
  for (const library of libraries) {
    // Libraries of the base system are known to dpkg under another path, and are there anyway.
    const answer = await run('dpkg', ['-S', await realpath(library)]).catch(() => '');
    const [, name] = /^([^:\s]+):/.exec(answer) ?? [];
    if (name !== undefined) names.add(name);
  }
  return [...names].sort();
}
