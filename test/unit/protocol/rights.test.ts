import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  EVERYTHING_ALLOWED,
  ROLES,
  type MeetingSettings,
  type Role,
} from '../../../protocol/meetings.ts';
import { HOLDERS, mayActOn, mayDo, RIGHTS, type Right } from '../../../protocol/rights.ts';

const SETTINGS = [
  'mayShareScreen',
  'mayUnmute',
  'mayUseCamera',
  'mayReact',
  'mayRename',
  'mayChat',
] as const;

/** Every combination of what everybody may do. */
const everySettings = Array.from({ length: 2 ** SETTINGS.length }, (_, bits): MeetingSettings => ({
  ...EVERYTHING_ALLOWED,
  ...Object.fromEntries(SETTINGS.map((name, index) => [name, Boolean(bits & (1 << index))])),
}));

/** The table as the documentation has it: by right, who has it, in the order of `ROLES`. */
function documented(): Map<string, string[]> {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/roles.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\|[^|]+\|(.+)\|$/gm)];
  return new Map(
    rows.map(([, right = '', cells = '']) => [right, cells.split('|').map((cell) => cell.trim())]),
  );
}

function cellOf(role: Role, right: Right): string {
  const answers = new Set(everySettings.map((settings) => mayDo(role, right, settings)));
  if (answers.size === 1) return answers.has(true) ? 'yes' : '–';
  // It depends on one setting, and on no other.
  const [setting] = SETTINGS.filter((name) =>
    everySettings.every((settings) => mayDo(role, right, settings) === settings[name]),
  );
  return `\`${setting ?? '?'}\``;
}

describe('the table of rights', () => {
  test.each(RIGHTS)('%s is as documented, for every role and every setting', (right) => {
    expect(documented().get(right)).toEqual(ROLES.map((role) => cellOf(role, right)));
  });

  test('documents every right and no other', () => {
    expect([...documented().keys()]).toEqual([...RIGHTS]);
    expect(Object.keys(HOLDERS)).toEqual([...RIGHTS]);
  });
});

describe('what is done to others', () => {
  const cases = ROLES.flatMap((actor) => ROLES.map((target) => [actor, target] as const));

  test.each(cases)('%s on %s: only on those of lower rank', (actor, target) => {
    const lower: Record<Role, Role[]> = {
      host: ['cohost', 'participant', 'guest'],
      cohost: ['participant', 'guest'],
      participant: [],
      guest: [],
    };
    for (const right of RIGHTS) {
      for (const settings of everySettings) {
        const expected = mayDo(actor, right, settings) && lower[actor].includes(target);
        expect(mayActOn(actor, right, target, settings)).toBe(expected);
      }
    }
  });
});
