import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { environmentName, leaves } from '../../../../server/config/environment.ts';
import { loadConfig } from '../../../../server/config/loadConfig.ts';
import { configSchema } from '../../../../server/config/schema.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const EXAMPLE = join(ROOT, 'config/parley.example.yaml');

const defaults = configSchema.parse({});
const defaultOf = (key: string): unknown =>
  key.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], defaults);

test('the example holds every key with its default', () => {
  expect(parse(readFileSync(EXAMPLE, 'utf8'))).toEqual(defaults);
});

test('the example can be started with', () => {
  expect(loadConfig({ file: EXAMPLE, env: {} })).toEqual(loadConfig({ file: null, env: {} }));
});

test('the page lists every key, its variable and default, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(.+?)` +\| `(.+?)` +\| `(.+?)` +\| (.+?) +\|$/gm)];
  expect(rows.map(([, key, variable, value]) => ({ key, variable, value }))).toEqual(
    leaves(configSchema).map(({ key }) => ({
      key,
      variable: environmentName(key),
      value: JSON.stringify(defaultOf(key)),
    })),
  );
  for (const [, key, , , meaning = ''] of rows) {
    expect(meaning.length, `the meaning of ${key ?? ''}`).toBeGreaterThan(10);
  }
});

test('a server starts beside every variable that the page of tools lists', () => {
  const page = readFileSync(join(ROOT, 'docs/provisioning.md'), 'utf8');
  const names = [...page.matchAll(/^\| `(PARLEY_\w+)` +\|/gm)].map(([, name = '']) => name);
  expect(names).toContain('PARLEY_CHROMIUM');
  const env = Object.fromEntries(names.map((name) => [name, 'anything']));
  expect(loadConfig({ file: null, env })).toEqual(loadConfig({ file: null, env: {} }));
});
