import { beforeEach, expect, test, vi } from 'vitest';
import { createCallDevice } from '../../../../client/state/callDevice.ts';

type Hold = () => Promise<void>;

/** Locks as browsers have them: one holder for each name, and the others wait or give up. */
class Locks {
  readonly #held = new Map<string, Promise<void>>();

  async request(name: string, { signal }: { signal?: AbortSignal }, hold: Hold): Promise<void> {
    const gone = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('given up')));
    });
    gone.catch(() => undefined);
    while (this.#held.has(name)) await Promise.race([this.#held.get(name), gone]);
    const holding = hold().finally(() => this.#held.delete(name));
    this.#held.set(name, holding);
    await holding;
  }
}

const kept = (value: string | null = null) => ({
  get: () => value,
  set: (now: string | null) => (value = now),
});
let locks: Locks;
const open = (tab: { keptId: ReturnType<typeof kept>; keptCall: ReturnType<typeof kept> }) =>
  createCallDevice({ ...tab, locks: locks as unknown as LockManager });
const copyOf = (tab: { keptId: ReturnType<typeof kept>; keptCall: ReturnType<typeof kept> }) => ({
  keptId: kept(tab.keptId.get()),
  keptCall: kept(tab.keptCall.get()),
});

beforeEach(() => {
  locks = new Locks();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const controller = new AbortController();
    // Sooner than a person would have it: nothing here takes any time.
    setTimeout(() => controller.abort(), 5);
    return controller.signal;
  });
});

test('a tab is the same device after a reload, in the same call', async () => {
  const tab = { keptId: kept(), keptCall: kept() };
  const before = open(tab);
  const id = await before.id();
  before.keep('call-1');
  const after = open(tab);
  // The page that was before is gone a moment later.
  before.close();
  expect(await after.id()).toBe(id);
  expect(await after.call()).toBe('call-1');
});

test('a duplicated tab is another device, in no call', async () => {
  const tab = { keptId: kept(), keptCall: kept() };
  const original = open(tab);
  const id = await original.id();
  original.keep('call-1');
  const copied = copyOf(tab);
  const duplicate = open(copied);
  expect(await duplicate.call()).toBeNull();
  expect(await duplicate.id()).not.toBe(id);
  expect(copied.keptId.get()).toBe(await duplicate.id());
  // What it is now it stays, and so does the first.
  duplicate.keep('call-2');
  const third = open(copyOf(copied));
  expect(await third.id()).not.toBe(await duplicate.id());
  expect(await duplicate.call()).toBe('call-2');
  expect(await original.call()).toBe('call-1');
});

test('without locks a tab keeps its id', async () => {
  const tab = { keptId: kept('known'), keptCall: kept('call-1') };
  vi.stubGlobal('navigator', {});
  const device = createCallDevice(tab);
  expect(await device.id()).toBe('known');
  expect(await device.call()).toBe('call-1');
  vi.unstubAllGlobals();
});
