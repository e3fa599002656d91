import { AppError } from '../core/AppError.ts';
import type { AuditEntry } from '../../protocol/meetings.ts';
import type { MeetingRecord } from './stores.ts';

const AUDITED = [
  'locked',
  'waitingRoom',
  'autoAdmit',
  'access',
  'allowGuests',
  'capacity',
] as const;

/** What of a meeting's rules is different, as hosts see it in the record of what was done. */
export function changesOf(before: MeetingRecord, after: MeetingRecord): AuditEntry['detail'] {
  const rules = AUDITED.filter((key) => before[key] !== after[key]).map((key) => [key, after[key]]);
  const settings = Object.entries(after.settings).filter(
    ([key, value]) => before.settings[key as keyof MeetingRecord['settings']] !== value,
  );
  const passcode = before.passcodeHash !== after.passcodeHash;
  return Object.fromEntries([
    ...rules,
    ...settings,
    ...(passcode ? [['passcode', after.passcodeHash !== null]] : []),
  ]) as AuditEntry['detail'];
}

/** @throws AppError INVALID_PAYLOAD for a meeting that ends before it starts */
export function assertSchedule({
  startsAt,
  endsAt,
}: Pick<MeetingRecord, 'startsAt' | 'endsAt'>): void {
  if (startsAt === null || endsAt === null || startsAt < endsAt) return;
  throw new AppError('INVALID_PAYLOAD', {
    message: 'A meeting ends after it starts.',
    details: { issues: [{ path: 'endsAt', message: 'after startsAt' }] },
  });
}
