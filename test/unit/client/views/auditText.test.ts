import { expect, test } from 'vitest';
import { AUDIT_ACTIONS, type AuditEntry } from '../../../../protocol/meetings.ts';
import { deHosting } from '../../../../client/i18n/deHosting.ts';
import { enHosting } from '../../../../client/i18n/enHosting.ts';
import { auditText } from '../../../../client/views/hosting/auditText.ts';

const ada = { userId: 'u1', name: 'Ada' };
const alan = { userId: 'u2', name: 'Alan' };

function entry(part: Partial<AuditEntry>): AuditEntry {
  const at = '2026-01-01T10:00:00.000Z';
  return { id: 1, at, action: 'admitted', actor: ada, subject: alan, detail: {}, ...part };
}

function inEnglish(part: Partial<AuditEntry>): string {
  return auditText(enHosting.tools, entry(part));
}

test('says who did what to whom', () => {
  expect(inEnglish({})).toBe('Ada admitted Alan');
  expect(inEnglish({ action: 'host-succeeded', actor: null })).toBe('Alan became the host');
});

test('what concerns everybody names nobody', () => {
  expect(inEnglish({ action: 'muted', subject: null })).toBe('Ada muted everybody');
  expect(inEnglish({ action: 'hand-lowered', subject: null })).toBe('Ada lowered all hands');
});

test('tells what a role and a setting became', () => {
  expect(inEnglish({ action: 'role-changed', detail: { role: 'cohost' } })).toBe(
    'Ada made Alan a co-host',
  );
  expect(inEnglish({ action: 'role-changed', detail: { role: 'toString' } })).toBe(
    'Ada changed the role of Alan',
  );
  const detail = { locked: true, mayReact: false, autoAdmit: 'members', unknown: true };
  expect(inEnglish({ action: 'settings-changed', subject: null, detail })).toBe(
    'Ada changed the settings: Lock the meeting: on, Send reactions: off, ' +
      'Who need not wait: People with an account',
  );
});

test.each(AUDIT_ACTIONS)('has words for %s in every language', (action) => {
  for (const { tools } of [enHosting, deHosting]) {
    expect(auditText(tools, entry({ action }))).toMatch(/Ada|Alan/);
  }
});
