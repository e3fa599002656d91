import { expect, test } from 'vitest';
import { enCalls } from '../../../../client/i18n/enCalls.ts';
import { minutesIn, verdictOf } from '../../../../client/views/calls/verdict.ts';

const minute = (values: {
  loss?: number;
  rttMs?: number | null;
  freezes?: number;
  seconds?: number;
}) => ({
  ...{ minute: 0, loss: 0, rttMs: 20, bitrate: 64_000, freezes: 0, seconds: 60 },
  ...values,
});

test('says why the sound was bad', () => {
  const timeline = [minute({ loss: 0.2 }), minute({ loss: 0.08, rttMs: 420 }), minute({})];
  const [lost, late] = verdictOf(enCalls, timeline);
  expect(lost).toContain('2 minutes');
  expect(lost).toContain('20 %');
  expect(late).toContain('1 minute ');
  expect(late).toContain('420 ms');
  expect(verdictOf(enCalls, [minute({ freezes: 1 })])).toEqual(['The picture stood still once.']);
});

test('says that it was good', () => {
  const timeline = [minute({ loss: 0.01 }), minute({ rttMs: null })];
  expect(verdictOf(enCalls, timeline)).toEqual([enCalls.verdicts.good]);
});

test('counts parts of minutes as what they are', () => {
  const parts = [minute({}), minute({ seconds: 20 }), minute({ seconds: 25 })];
  expect(minutesIn(parts)).toBe(2);
  expect(minutesIn([minute({ seconds: 8 })])).toBe(1);
  const [lost] = verdictOf(enCalls, [minute({ loss: 0.2 }), minute({ loss: 0.2, seconds: 10 })]);
  expect(lost).toContain('1 minute ');
});
