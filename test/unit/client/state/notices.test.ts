import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createNotices } from '../../../../client/state/notices.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('createNotices', () => {
  test('tells of several who come together in one notice, by at most three names', () => {
    const notices = createNotices();
    for (const name of ['Ann', 'Bob', 'Cem', 'Dov']) {
      notices.tell('joined', name);
      vi.advanceTimersByTime(1_000);
    }
    expect(notices.list.value).toMatchObject([
      { kind: 'joined', names: ['Ann', 'Bob', 'Cem'], count: 4 },
    ]);
  });

  test('keeps kinds apart, and what came later', () => {
    const notices = createNotices();
    notices.tell('joined', 'Ann');
    notices.tell('left', 'Bob');
    vi.advanceTimersByTime(4_000);
    notices.tell('joined', 'Cem');
    expect(notices.list.value.map(({ kind, count }) => [kind, count])).toEqual([
      ['joined', 1],
      ['left', 1],
      ['joined', 1],
    ]);
  });

  test('never bundles failures', () => {
    const notices = createNotices();
    notices.tell('action-failed', undefined, { code: 'FORBIDDEN' });
    notices.tell('action-failed', undefined, { code: 'TIMEOUT' });
    expect(notices.list.value.map(({ failure }) => failure?.code)).toEqual([
      'FORBIDDEN',
      'TIMEOUT',
    ]);
  });

  test('lets each go by itself, a failure later', () => {
    const notices = createNotices();
    notices.tell('joined', 'Ann');
    notices.tell('action-failed', undefined, { code: 'FORBIDDEN' });
    vi.advanceTimersByTime(6_000);
    expect(notices.list.value.map(({ kind }) => kind)).toEqual(['action-failed']);
    vi.advanceTimersByTime(6_000);
    expect(notices.list.value).toEqual([]);
  });

  test('can be dismissed', () => {
    const notices = createNotices();
    notices.tell('locked');
    notices.dismiss(notices.list.value[0]?.key ?? -1);
    expect(notices.list.value).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
