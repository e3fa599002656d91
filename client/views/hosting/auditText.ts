import type { AuditEntry } from '../../../protocol/meetings.ts';
import type { HostingTexts } from '../../i18n/hostingTexts.ts';

type Words = HostingTexts['tools'];

/** One entry of the audit list in words. */
export function auditText(words: Words, { action, actor, subject, detail }: AuditEntry): string {
  const who = actor?.name ?? words.somebody;
  const whom = subject?.name ?? words.everybody;
  if (subject === null && action === 'muted') return words.mutedAll(who, whom);
  if (subject === null && action === 'hand-lowered') return words.handsLowered(who, whom);
  if (action === 'role-changed') {
    const role = detail['role'];
    if (isKeyOf(words.madeRole, role)) return words.madeRole[role](who, whom);
  }
  const text = words.deeds[action](who, whom);
  if (action !== 'settings-changed') return text;
  const changes = Object.entries(detail).flatMap(([key, value]) => changeText(words, key, value));
  return changes.length === 0 ? text : `${text}: ${changes.join(', ')}`;
}

/** One changed setting; nothing for one that this page has no words for. */
function changeText(words: Words, key: string, value: AuditEntry['detail'][string]): string[] {
  if (key === 'autoAdmit') {
    return isKeyOf(words.autoAdmits, value)
      ? [`${words.autoAdmit}: ${words.autoAdmits[value]}`]
      : [];
  }
  if (key === 'chatAfter') {
    return isKeyOf(words.chatAfters, value)
      ? [`${words.chatAfter}: ${words.chatAfters[value]}`]
      : [];
  }
  if (key === 'recordAutomatically') {
    return isKeyOf(words.automaticRecordings, value)
      ? [`${words.recordAutomatically}: ${words.automaticRecordings[value]}`]
      : [];
  }
  if (typeof value !== 'boolean') return [];
  if (key === 'locked' || key === 'waitingRoom') return [words.changed(words[key], value)];
  if (isKeyOf(words.settings, key)) {
    return [words.changed(words.settings[key], value)];
  }
  return [];
}

function isKeyOf<T extends object>(table: T, key: unknown): key is keyof T & string {
  return typeof key === 'string' && Object.hasOwn(table, key);
}
