import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ViewReport } from '../../../../client/media/ViewReport.ts';
import type { View } from '../../../../protocol/mediaRequests.ts';
import { MAX_BATCH } from '../../../../protocol/primitives.ts';

const SMALL = { width: 160, height: 90 };
const LARGE = { width: 1_280, height: 720 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reporting(received = new Set(['a', 'b'])) {
  const sent: View[][] = [];
  const report = new ViewReport(
    (producerId) => received.has(producerId),
    (views) => sent.push(views),
  );
  return { report, sent, received };
}

describe('ViewReport', () => {
  test('tells at once of what comes into view', () => {
    const { report, sent } = reporting();
    report.set(new Map([['a', SMALL]]));
    expect(sent).toEqual([[{ producerId: 'a', ...SMALL }]]);
  });

  test('tells of a resized tile when it has come to rest', () => {
    const { report, sent } = reporting();
    report.set(new Map([['a', SMALL]]));
    report.set(new Map([['a', { width: 700, height: 400 }]]));
    vi.advanceTimersByTime(100);
    report.set(new Map([['a', LARGE]]));
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(150);
    expect(sent.slice(1)).toEqual([[{ producerId: 'a', ...LARGE }]]);
  });

  test('tells that what was left out is not seen', () => {
    const { report, sent } = reporting();
    report.set(
      new Map([
        ['a', SMALL],
        ['b', SMALL],
      ]),
    );
    report.set(new Map([['a', SMALL]]));
    vi.advanceTimersByTime(150);
    expect(sent.at(-1)).toContainEqual({ producerId: 'b', width: 0, height: 0 });
  });

  test('says nothing when nothing has changed', () => {
    const { report, sent } = reporting();
    report.set(new Map([['a', SMALL]]));
    report.set(new Map([['a', { ...SMALL }]]));
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
  });

  test('waits with what is not received yet', () => {
    const { report, sent, received } = reporting(new Set());
    report.set(new Map([['a', SMALL]]));
    expect(sent).toEqual([]);
    received.add('a');
    report.sendAll();
    expect(sent).toEqual([[{ producerId: 'a', ...SMALL }]]);
  });

  test('splits what is more than one request may name', () => {
    const ids = Array.from({ length: MAX_BATCH + 1 }, (_, index) => `p${index}`);
    const { report, sent } = reporting(new Set(ids));
    report.set(new Map(ids.map((id) => [id, SMALL])));
    expect(sent.map(({ length }) => length)).toEqual([MAX_BATCH, 1]);
  });

  test('says nothing after it was closed', () => {
    const { report, sent } = reporting();
    report.set(new Map([['a', SMALL]]));
    report.set(new Map([['a', LARGE]]));
    report.close();
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
  });
});
