import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const FREE_PORT = join(import.meta.dirname, '../../../provision/throwaway/freePort.ts');
const EACH = 200;
/** Answers so many ports, and has them until it is ended. */
const ASKS = `
  import { freePort } from ${JSON.stringify(FREE_PORT)};
  const ports = [];
  while (ports.length < ${EACH}) ports.push(await freePort());
  process.send(ports);
  setInterval(() => undefined, 1_000);
`;

it('gives no port to two processes that run side by side', async () => {
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', ASKS], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  try {
    const ports = await Promise.all(
      children.map(async (child) => ((await once(child, 'message')) as [number[]])[0]),
    );
    expect(new Set(ports.flat()).size).toBe(children.length * EACH);
  } finally {
    for (const child of children) child.kill();
  }
});
