import { expect, test } from 'vitest';
import type { CallEntry } from '../../../../protocol/callHistory.ts';
import { toCsv } from '../../../../server/calls/csv.ts';

const entry = (name: string): CallEntry => ({
  ...{ callId: 'c1', kind: 'call', with: { id: 'bob', name }, people: [], callType: 'audio' },
  ...{ startedAt: '2026-01-01T12:00:00.000Z', durationSec: 61, participantCount: 2, peakCount: 2 },
  ...{ direction: 'outgoing', outcome: 'answered', reason: 'hung-up', ongoing: false },
});

test('rows are as RFC 4180 has them', () => {
  const [header, row, end] = toCsv([entry('Ann "A", B\nC')]).split('\r\n');
  expect(header?.split(',')).toContain('durationSec');
  expect(row).toContain('call,"Ann ""A"", B\nC",');
  expect(end).toBe('');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '  =1', '\r=1'])(
  'no cell is a formula: %j',
  (name) => {
    const cell =
      toCsv([entry(name)])
        .split('\r\n')
        .slice(1)
        .join('')
        .split(',')[2] ?? '';
    expect(cell.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);
