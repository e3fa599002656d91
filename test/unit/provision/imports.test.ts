import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RuleTester } from 'oxlint/plugins-dev';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../provision/command.ts';
import { mayImport, owners } from '../../../provision/lint/imports.ts';
import plugin from '../../../provision/lint/plugin.ts';

RuleTester.describe = describe;
RuleTester.it = it;

const folders = Object.keys(mayImport);

it('names only folders that there are', () => {
  const named = [...folders, ...Object.values(mayImport).flat(), ...Object.values(owners).flat()];
  expect(named.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
});

const at = (filename: string, code: string) => ({ filename, code });

new RuleTester({ cwd: ROOT, languageOptions: { parserOptions: { lang: 'ts' } } }).run(
  'imports',
  plugin.rules.imports,
  {
    valid: [
      at('server/chat/Chat.ts', `import { a } from './a.ts';`),
      at('server/chat/Chat.ts', `import { a } from '../core/a.ts';`),
      at('server/media/a.ts', `import { a } from './cascade/a.ts';`),
      at('server/media/cascade/a.ts', `import { a } from '../a.ts';`),
      at('server/media/a.ts', `import { a } from 'mediasoup/types';`),
      at('client/state/a.ts', `import { a } from '@preact/signals';`),
      at('server/live/mixer/a.ts', `const sharp = await import('sharp');`),
      at('server/createServer.ts', `import { a } from './chat/a.ts';`),
      at('test/unit/a.ts', `import { a } from '../../server/chat/a.ts'; import b from 'koa';`),
    ],
    invalid: [
      refused('server/chat', `import { a } from '../calls/a.ts';`),
      refused('server/chat', `import type { A } from '../calls/a.ts';`),
      refused('server/chat', `export { a } from '../calls/a.ts';`),
      refused('server/chat', `export * from '../calls/a.ts';`),
      refused('server/chat', `const a = await import('../calls/a.ts');`),
      refused('server/chat', `type A = import('../calls/a.ts').A;`),
      refused('server/core', `import { a } from '../config/a.ts';`),
      refused('protocol', `import { a } from '../server/core/a.ts';`),
      refused('client/views', `import { a } from '../api/a.ts';`),
      // Of a folder within another, what holds for both.
      refused('server/live/mixer', `import { a } from '../../meetings/a.ts';`),
      refused('server/media/cascade', `import { a } from '../../cluster/a.ts';`),
      refused('server/media/cascade', `import type { Router } from 'mediasoup/types';`),
      refused('server/live', `import sharp from 'sharp';`),
      refused('server/meetings', `import Router from '@koa/router';`),
      refused('client/state', `import { h } from 'preact';`),
    ],
  },
);

function refused(folder: string, code: string) {
  return { ...at(`${folder}/a.ts`, code), errors: 1 };
}
