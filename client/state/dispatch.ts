import { signal, type ReadonlySignal } from '@preact/signals';
import { isUnanswered, toRequestError } from '../api/RequestError.ts';
import type { Failure } from './models.ts';

/** A server that was not reached although the connection is open is asked again so often. */
const RETRY_MS = 2_000;

/** Something that the server is to do. */
export interface Pending {
  /** Why it was refused; null while it waits or is on its way. */
  readonly failure: Failure | null;
}

/** What the server has not confirmed yet: asked for one after the other, so that it stays in its order. */
export interface Dispatch<T extends Pending> {
  readonly list: ReadonlySignal<readonly T[]>;
  /** Comes last; what had the same key before is wanted no more. */
  readonly add: (one: T) => void;
  /** What was refused is asked for again. */
  readonly retry: (key: string) => void;
  /** It is wanted no more, or was done. */
  readonly drop: (key: string) => void;
  /** There is a way to the server again. */
  readonly flush: () => void;
  readonly close: () => void;
}

interface DispatchDeps<T extends Pending, R> {
  before: readonly T[];
  keyOf: (one: T) => string;
  /** Asks the server; the same again has the same effect once. */
  send: (one: T) => Promise<R>;
  /** With what the server answered. */
  onDone: (answer: R) => void;
}

/** What nobody answers is asked for again until somebody does; what is refused is left to the user. */
export function createDispatch<T extends Pending, R>(deps: DispatchDeps<T, R>): Dispatch<T> {
  const { keyOf, send, onDone } = deps;
  const list = signal(deps.before);
  let sending = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function work(): Promise<void> {
    clearTimeout(timer);
    if (sending || closed) return;
    sending = true;
    try {
      for (;;) {
        const next = list.value.find(({ failure }) => failure === null);
        if (!next || !(await trySending(next))) return;
      }
    } finally {
      sending = false;
    }
  }

  /** Whether the next one may be tried. */
  async function trySending(one: T): Promise<boolean> {
    try {
      const answer = await send(one);
      // Another with its key may have come meanwhile.
      list.value = list.value.filter((other) => other !== one);
      if (!closed) onDone(answer);
      return !closed;
    } catch (error) {
      const failure = toRequestError(error);
      if (isUnanswered(failure) || failure.code === 'RATE_LIMITED') {
        timer = setTimeout(() => void work(), failure.retryAfterMs ?? RETRY_MS);
        return false;
      }
      list.value = list.value.map((other) => (other === one ? { ...one, failure } : other));
      return true;
    }
  }

  const others = (key: string) => list.value.filter((one) => keyOf(one) !== key);

  void work();
  return {
    list,
    add(one) {
      list.value = [...others(keyOf(one)), one];
      void work();
    },
    retry(key) {
      list.value = list.value.map((one) => (keyOf(one) === key ? { ...one, failure: null } : one));
      void work();
    },
    drop(key) {
      list.value = others(key);
    },
    flush: () => void work(),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
