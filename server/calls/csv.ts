import type { CallEntry } from '../../protocol/callHistory.ts';

const HEADER = [
  ...['id', 'kind', 'with', 'people', 'type', 'direction', 'startedAt', 'durationSec'],
  ...['participants', 'peak', 'outcome', 'reason'],
];

/** Calls as comma-separated values (RFC 4180). */
export function toCsv(entries: readonly CallEntry[]): string {
  const rows = entries.map((entry) => [
    ...[entry.callId, entry.kind, entry.with.name, entry.people.join('; '), entry.callType],
    ...[entry.direction, entry.startedAt, String(entry.durationSec)],
    ...[String(entry.participantCount), String(entry.peakCount), entry.outcome, entry.reason],
  ]);
  return [HEADER, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A name that begins as a formula does would be run by a spreadsheet: an apostrophe makes it text. */
function cell(text: string): string {
  const safe = /^[\s]*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
