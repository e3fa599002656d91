import { createId } from '../api/createId.ts';
import { keptInTab, type Kept } from './storage.ts';

/** A page that is being reloaded has let go of its name by then; another living tab has not. */
const PATIENCE_MS = 2_000;

/**
 * This tab as a device of calls: an id, and the call that it is in, both kept should it be reloaded. A tab
 * that was duplicated begins with a copy of the first one's, and gives that up: two with one id would take
 * each other's call.
 */
export interface CallDevice {
  /** Settles when no other tab can have it. */
  id(): Promise<string>;
  /** The call that this tab was in before it was reloaded, or is in. */
  call(): Promise<string | null>;
  keep(callId: string | null): void;
  /** Another page may have its id. */
  close(): void;
}

interface Options {
  /** Missing where the page came over plain http: there is no microphone there, either. */
  locks?: Pick<LockManager, 'request'> | undefined;
  keptId?: Kept;
  keptCall?: Kept;
}

export function createCallDevice({
  locks = (navigator as Partial<Navigator>).locks,
  keptId = keptInTab('call-device'),
  keptCall = keptInTab('call'),
}: Options = {}): CallDevice {
  let release = (): void => undefined;
  const closed = new Promise<void>((resolve) => (release = resolve));

  /** Has the id until this page is gone. Answers whether no other tab had it. */
  function hold(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (!locks) {
        resolve(true);
        return;
      }
      const held = (): Promise<void> => {
        resolve(true);
        return closed;
      };
      locks
        .request(`parley.call-device.${id}`, { signal: AbortSignal.timeout(PATIENCE_MS) }, held)
        .catch(() => resolve(false));
    });
  }

  async function claim(): Promise<string> {
    const kept = keptId.get();
    if (kept !== null) {
      if (await hold(kept)) return kept;
      keptCall.set(null);
    }
    const id = createId();
    keptId.set(id);
    await hold(id);
    return id;
  }

  const claimed = claim();
  return {
    id: () => claimed,
    async call() {
      await claimed;
      return keptCall.get();
    },
    keep: (callId) => keptCall.set(callId),
    close: () => release(),
  };
}
