import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FlowWatch } from '../../../../client/media/FlowWatch.ts';
import type { Remote } from '../../../../client/media/Remote.ts';

const SSRC = 7;

function remote(kind: 'audio' | 'video'): Remote {
  const options = { kind, rtpParameters: { encodings: [{ ssrc: SSRC }] } };
  return { options } as unknown as Remote;
}

/** @param frames how many have come at a time, in milliseconds since it was expected */
function watch(kind: 'audio' | 'video', frames: (at: number) => number) {
  const begun = performance.now();
  let flowsAt: number | null = null;
  const flows = new FlowWatch({ onFlow: () => (flowsAt = performance.now() - begun) });
  const count = () => frames(performance.now() - begun);
  const entry = () => ({ type: 'inbound-rtp', kind, ssrc: SSRC, framesDecoded: count() });
  flows.expect(remote(kind), {
    closed: false,
    getStats: () =>
      Promise.resolve(
        new Map([['one', { ...entry(), packetsReceived: count() }]]) as RTCStatsReport,
      ),
  });
  return {
    /** When it was taken for flowing; null: not within that time. */
    flowsWithin: async (ms: number): Promise<number | null> => {
      await vi.advanceTimersByTimeAsync(ms);
      return flowsAt;
    },
  };
}

describe('what is played from the other way', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is a picture that has come for half a second without a pause', async () => {
    const { flowsWithin } = watch('video', (at) => Math.floor(at / 80));
    expect(await flowsWithin(500)).toBeNull();
    expect(await flowsWithin(200)).toBeLessThan(700);
  });

  test('is no picture with every fourth frame, until all of them come', async () => {
    const { flowsWithin } = watch('video', (at) =>
      at < 1_000 ? Math.ceil(at / 330) : 4 + Math.floor((at - 1_000) / 80),
    );
    expect(await flowsWithin(1_400)).toBeNull();
    expect(await flowsWithin(300)).toBeLessThan(1_700);
  });

  test('is a screen that stands still, two seconds later', async () => {
    const { flowsWithin } = watch('video', (at) => (at < 100 ? 0 : 1));
    expect(await flowsWithin(2_000)).toBeNull();
    expect(await flowsWithin(200)).toBeLessThan(2_200);
  });

  test('is sound with its third packet', async () => {
    const { flowsWithin } = watch('audio', (at) => Math.floor(at / 400));
    expect(await flowsWithin(1_150)).toBeNull();
    expect(await flowsWithin(100)).toBeLessThan(1_300);
  });

  test('is whatever never comes, after 5 s', async () => {
    const { flowsWithin } = watch('video', () => 0);
    expect(await flowsWithin(4_900)).toBeNull();
    expect(await flowsWithin(200)).toBeLessThan(5_200);
  });
});
