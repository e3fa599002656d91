import { signal, type ReadonlySignal } from '@preact/signals';

/** Writing is told when it has gone on for so long. */
const DEBOUNCE_MS = 300;
/** … and again so often, before the server takes it for over. */
const REPEAT_MS = 2_000;
/** Somebody of whom nothing more is heard has stopped, whether or not that was told. */
const TTL_MS = 4_000;

/** Tells that one writes. */
export interface OwnTyping {
  handleInput(empty: boolean): void;
  close(): void;
}

export function createOwnTyping(tell: (isTyping: boolean) => void): OwnTyping {
  let told = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
    if (told === 0) return;
    told = 0;
    tell(false);
  }

  return {
    handleInput(empty) {
      if (empty) {
        stop();
        return;
      }
      if (Date.now() - told < REPEAT_MS) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        told = Date.now();
        tell(true);
      }, DEBOUNCE_MS);
    },
    close: stop,
  };
}

/** Who else writes. */
export interface OthersTyping {
  readonly names: ReadonlySignal<readonly string[]>;
  handle(fact: { userId: string; name: string; isTyping: boolean }): void;
  close(): void;
}

export function createOthersTyping(): OthersTyping {
  const names = signal<readonly string[]>([]);
  const writing = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>();

  function update(): void {
    names.value = [...writing.values()].map(({ name }) => name);
  }

  function drop(userId: string): void {
    clearTimeout(writing.get(userId)?.timer);
    writing.delete(userId);
    update();
  }

  return {
    names,
    handle({ userId, name, isTyping }) {
      drop(userId);
      if (!isTyping) return;
      writing.set(userId, { name, timer: setTimeout(() => drop(userId), TTL_MS) });
      update();
    },
    close() {
      for (const userId of [...writing.keys()]) drop(userId);
    },
  };
}
