import type { ReadonlySignal } from '@preact/signals';
import type { ChatMessage } from '../../protocol/chat.ts';
import type { MessageChange, PendingChange } from './chatModels.ts';
import { createDispatch } from './dispatch.ts';

/** What is done to messages and the server has not confirmed. */
export interface MessageChanges {
  readonly list: ReadonlySignal<readonly PendingChange[]>;
  add(messageId: string, change: MessageChange): void;
  retry(key: string): void;
  discard(key: string): void;
  /** There is a way to the server again. */
  flush(): void;
  close(): void;
}

/**
 * @param send asks the server
 * @param onDone with the message as it is then
 */
export function createMessageChanges(
  send: (messageId: string, change: MessageChange) => Promise<ChatMessage>,
  onDone: (message: ChatMessage) => void,
): MessageChanges {
  const { add, drop, ...dispatch } = createDispatch<PendingChange, ChatMessage>({
    before: [],
    keyOf: ({ key }) => key,
    send: ({ messageId, change }) => send(messageId, change),
    onDone,
  });
  return {
    ...dispatch,
    discard: drop,
    add(messageId, change) {
      add({ key: `${messageId} ${whatIs(change)}`, messageId, change, failure: null });
    },
  };
}

/** The latest of each is what is wanted: another text, or a reaction after all. */
function whatIs(change: MessageChange): string {
  return change.is === 'react' ? change.reaction : change.is;
}
