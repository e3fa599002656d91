import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { ChatMessage } from '../../protocol/chat.ts';
import { createId } from '../api/createId.ts';
import { isUnanswered, toRequestError } from '../api/RequestError.ts';
import type { Outgoing } from './chatModels.ts';

/** A server that was not reached although the connection is open is asked again so often. */
const RETRY_MS = 2_000;

/** What was written and is not stored yet: sent one after the other, so that it stays in its order. */
export interface Outbox {
  readonly list: ReadonlySignal<readonly Outgoing[]>;
  add(message: Pick<Outgoing, 'content' | 'replyTo' | 'mentions'>): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** The server has it: it came with the room's messages, say. */
  settle(clientId: string): void;
  /** There is a way to the server again. */
  flush(): void;
  close(): void;
}

interface OutboxDeps {
  /** Asks the server; the same `clientId` again is the same message there. */
  send: (message: Outgoing) => Promise<ChatMessage>;
  /** With the message as it was stored. */
  onSent: (message: ChatMessage) => void;
  /** What was left when the page was there last. */
  before: readonly Outgoing[];
  /** For the next time. */
  keep: (messages: readonly Outgoing[]) => void;
}

export function createOutbox({ send, onSent, before, keep }: OutboxDeps): Outbox {
  const list = signal(before);
  const stopKeeping = effect(() => keep(list.value));
  let sending = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const drop = (clientId: string): void => {
    list.value = list.value.filter((one) => one.clientId !== clientId);
  };

  const change = (clientId: string, failure: Outgoing['failure']): void => {
    list.value = list.value.map((one) => (one.clientId === clientId ? { ...one, failure } : one));
  };

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
  async function trySending(message: Outgoing): Promise<boolean> {
    try {
      const stored = await send(message);
      drop(message.clientId);
      if (!closed) onSent(stored);
      return !closed;
    } catch (error) {
      const failure = toRequestError(error);
      if (isUnanswered(failure) || failure.code === 'RATE_LIMITED') {
        timer = setTimeout(() => void work(), failure.retryAfterMs ?? RETRY_MS);
        return false;
      }
      change(message.clientId, failure);
      return true;
    }
  }

  void work();
  return {
    list,
    add(message) {
      const made = { ...message, clientId: createId(), createdAt: Date.now(), failure: null };
      list.value = [...list.value, made];
      void work();
    },
    retry(clientId) {
      change(clientId, null);
      void work();
    },
    discard: drop,
    settle: drop,
    flush: () => void work(),
    close() {
      closed = true;
      clearTimeout(timer);
      stopKeeping();
    },
  };
}
