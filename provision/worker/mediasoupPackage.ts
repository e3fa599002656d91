import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where npm put mediasoup, and which version it is. */
export interface MediasoupPackage {
  readonly version: string;
  /** The folder with the worker's sources. */
  readonly workerDir: string;
  /** The address of the project, below which its prebuilt workers are published. */
  readonly repositoryUrl: string;
}

export function findMediasoup(): MediasoupPackage {
  const main = createRequire(import.meta.url).resolve('mediasoup');
  // `package.json` is not among the package's exports, so it is found from the main file.
  const root = join(dirname(main), '..', '..');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    repository: { url: string };
  };
  return {
    version: manifest.version,
    workerDir: join(root, 'worker'),
    repositoryUrl: manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, ''),
  };
}
