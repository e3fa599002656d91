import { expect, test } from 'vitest';
import { callMinute } from '../../../../protocol/callHistory.ts';
import { minuteOf } from '../../../../client/state/callQuality.ts';

const counted = (values: Partial<Parameters<typeof minuteOf>[0]> = {}) => ({
  ...{ rttMs: 40, packetsReceived: 100, packetsLost: 0, bytesReceived: 1_000, freezes: 1 },
  ...values,
});

test('a minute is what has grown in it', () => {
  const after = counted({
    ...{ packetsReceived: 190, packetsLost: 10, bytesReceived: 31_000, freezes: 3, rttMs: 55 },
  });
  const minute = minuteOf(counted(), after, 60_000);
  expect(minute).toEqual({ rttMs: 55, loss: 0.1, bitrate: 4_000, freezes: 2 });
  expect(callMinute.parse(minute)).toEqual(minute);
});

test('counters that begin anew make nothing negative, and nothing is too large', () => {
  const nothing = counted({ packetsReceived: 0, bytesReceived: 0, freezes: 0, rttMs: null });
  expect(minuteOf(counted(), nothing, 60_000)).toEqual({
    ...{ rttMs: null, loss: 0, bitrate: 0, freezes: 0 },
  });
  const huge = counted({ bytesReceived: 1e15, freezes: 1e6, rttMs: 1e9 });
  expect(callMinute.safeParse(minuteOf(counted(), huge, 0)).success).toBe(true);
});
