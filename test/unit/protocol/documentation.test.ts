import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notifications } from '../../../protocol/notifications.ts';
import { requests } from '../../../protocol/requests.ts';
import { routes } from '../../../protocol/rest.ts';
import { renderProtocol, REWRITE_COMMAND } from '../../support/protocolDocs/renderProtocol.ts';
import { renderWhoMay } from '../../support/whoMay/renderWhoMay.ts';

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');
const page = read('protocol.md');

test('docs/protocol.md is that of the contract', () => {
  const current = page === renderProtocol();
  expect(current, `docs/protocol.md is stale: run \`${REWRITE_COMMAND}\``).toBe(true);
});

test('docs/who-may.md is that of the tables that are tried', () => {
  const current = read('who-may.md') === renderWhoMay();
  expect(current, `docs/who-may.md is stale: run \`${REWRITE_COMMAND}\``).toBe(true);
});

test('it names every request, notification and route, and says what each is for', () => {
  const titles = [
    ...Object.keys(requests),
    ...Object.keys(notifications),
    ...Object.values(routes).map(({ method, path }) => `${method} ${path}`),
  ];
  for (const title of titles) {
    const [, text = ''] = page.split(`# \`${title}\`\n\n`);
    expect(text.slice(0, 3), `what ${title} is for`).toMatch(/^[A-Z0-9]/);
  }
});
