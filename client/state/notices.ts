import { signal, type ReadonlySignal } from '@preact/signals';
import type { DeviceEvent } from './capture.ts';
import type { Failure } from './models.ts';
import type { Notice } from './noticeModels.ts';

/** What comes within this time of the one before, of the same kind, is told together. */
const BUNDLE_MS = 3_000;
const SHOWN_MS = 5_000;
const SHOWN_FAILURE_MS = 8_000;
const NAMES_SHOWN = 3;

export interface Notices {
  readonly list: ReadonlySignal<readonly Notice[]>;
  tell(kind: Notice['kind'], name?: string, failure?: Failure): void;
  /** Something happened to a camera or microphone. */
  tellDevice(kind: 'camera' | 'microphone', event: DeviceEvent): void;
  dismiss(key: number): void;
  close(): void;
}

/** Passing messages, bundled, each gone after a while. */
export function createNotices(now: () => number = Date.now): Notices {
  const list = signal<readonly Notice[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const toldAt = new Map<number, number>();
  let nextKey = 1;

  function dismiss(key: number): void {
    clearTimeout(timers.get(key));
    timers.delete(key);
    toldAt.delete(key);
    list.value = list.value.filter((notice) => notice.key !== key);
  }

  function show(notice: Notice): void {
    clearTimeout(timers.get(notice.key));
    toldAt.set(notice.key, now());
    const shownMs = notice.failure ? SHOWN_FAILURE_MS : SHOWN_MS;
    timers.set(
      notice.key,
      setTimeout(() => dismiss(notice.key), shownMs),
    );
    list.value = [...list.value.filter(({ key }) => key !== notice.key), notice];
  }

  function tell(kind: Notice['kind'], name?: string, failure?: Failure): void {
    const recent = list.value.find(
      (notice) =>
        notice.kind === kind && !failure && now() - (toldAt.get(notice.key) ?? 0) < BUNDLE_MS,
    );
    const names = name === undefined ? [] : [name];
    show(
      recent
        ? bundle(recent, names)
        : { key: nextKey++, kind, names, count: 1, failure: failure ?? null },
    );
  }

  return {
    list,
    tell,
    tellDevice(kind, event) {
      const ofAny = event === 'lost' || event === 'changed';
      tell(ofAny ? `device-${event}` : `${kind}-${event}`);
    },
    dismiss,
    close() {
      for (const { key } of list.value) dismiss(key);
    },
  };
}

function bundle(notice: Notice, names: readonly string[]): Notice {
  return {
    ...notice,
    names: [...notice.names, ...names].slice(0, NAMES_SHOWN),
    count: notice.count + 1,
  };
}
