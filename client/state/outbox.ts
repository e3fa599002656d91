import { effect, type ReadonlySignal } from '@preact/signals';
import type { ChatMessage } from '../../protocol/chat.ts';
import { createId } from '../api/createId.ts';
import type { Outgoing } from './chatModels.ts';
import { createDispatch } from './dispatch.ts';

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
  const dispatch = createDispatch<Outgoing, ChatMessage>({
    ...{ before, send, onDone: onSent },
    keyOf: ({ clientId }) => clientId,
  });
  const { list, retry, drop, flush } = dispatch;
  const stopKeeping = effect(() => keep(list.value));
  return {
    ...{ list, retry, flush },
    discard: drop,
    settle: drop,
    add: (message) =>
      dispatch.add({ ...message, clientId: createId(), createdAt: Date.now(), failure: null }),
    close() {
      dispatch.close();
      stopKeeping();
    },
  };
}
