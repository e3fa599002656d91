import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callMinute, type CallMinute } from '../../../../protocol/callHistory.ts';
import { minuteOf, reportMinutes } from '../../../../client/state/callQuality.ts';

const counted = (values: Partial<Parameters<typeof minuteOf>[0]> = {}) => ({
  ...{ rttMs: 40, packetsReceived: 100, packetsLost: 0, bytesReceived: 1_000, freezes: 1 },
  ...values,
});

test('a minute is what has grown in it', () => {
  const after = counted({
    ...{ packetsReceived: 190, packetsLost: 10, bytesReceived: 31_000, freezes: 3, rttMs: 55 },
  });
  const minute = minuteOf(counted(), after, 60_000);
  expect(minute).toEqual({ rttMs: 55, loss: 0.1, bitrate: 4_000, freezes: 2, seconds: 60 });
  expect(callMinute.parse(minute)).toEqual(minute);
});

test('counters that begin anew make nothing negative, and nothing is too large', () => {
  const nothing = counted({ packetsReceived: 0, bytesReceived: 0, freezes: 0, rttMs: null });
  expect(minuteOf(counted(), nothing, 60_000)).toEqual({
    ...{ rttMs: null, loss: 0, bitrate: 0, freezes: 0, seconds: 60 },
  });
  const huge = counted({ bytesReceived: 1e15, freezes: 1e6, rttMs: 1e9 });
  expect(callMinute.safeParse(minuteOf(counted(), huge, 0)).success).toBe(true);
});

describe('what is told of a call', () => {
  const page = new EventTarget();
  let told: CallMinute[];
  let packetsReceived: number;
  let isGone: boolean;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    [told, packetsReceived, isGone] = [[], 0, false];
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** Fifty packets a second, of 1,000 bits each. */
  const begin = () =>
    reportMinutes(
      () => {
        if (isGone) return Promise.reject(new Error('closed'));
        packetsReceived = (Date.now() - startedAt) / 20;
        return Promise.resolve(counted({ packetsReceived, bytesReceived: packetsReceived * 125 }));
      },
      (minute) => told.push(minute),
    );
  let startedAt = 0;
  beforeEach(() => {
    startedAt = Date.now();
  });

  test('is every full minute, and the part that is left when it ends', async () => {
    const report = begin();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(told.map(({ seconds }) => seconds)).toEqual([60, 60]);
    await vi.advanceTimersByTimeAsync(23_000);
    // The connection may be closed already.
    isGone = true;
    report.close();
    expect(told.map(({ seconds }) => seconds)).toEqual([60, 60, 20]);
    // A part is as good as it was, and not as a minute with pauses would have been.
    for (const { bitrate } of told) expect(bitrate).toBe(50_000);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(told).toHaveLength(3);
  });

  test('comes before the page is gone, and once', async () => {
    const report = begin();
    await vi.advanceTimersByTimeAsync(31_000);
    page.dispatchEvent(new Event('beforeunload'));
    page.dispatchEvent(new Event('pagehide'));
    expect(told.map(({ seconds }) => seconds)).toEqual([30]);
    report.close();
    expect(told).toHaveLength(1);
  });

  test('is nothing of a moment, and nothing that could not be counted', async () => {
    begin().close();
    const report = begin();
    isGone = true;
    await vi.advanceTimersByTimeAsync(40_000);
    report.close();
    expect(told).toEqual([]);
  });
});
