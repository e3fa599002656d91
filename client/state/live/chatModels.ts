import type { ReadonlySignal } from '@preact/signals';
import type { ListenerMessage } from '../../../protocol/liveChat.ts';
import type { Failure } from '../models.ts';

/** What a listener wrote and the server does not have yet. */
export interface OutgoingWords {
  readonly clientId: string;
  readonly content: string;
  /** As they were called then. */
  readonly name: string;
  /** Why it was refused; null while it waits or is on its way. */
  readonly failure: Failure | null;
}

/** The chat of a room on air as a listener has it. */
export interface ListenerChatModel {
  /** `off`: there is none for listeners; `closed`: there was one, and its host has closed it. */
  readonly state: ReadonlySignal<'off' | 'closed' | 'read' | 'write'>;
  /** In their order; null before they were read. */
  readonly messages: ReadonlySignal<readonly ListenerMessage[] | null>;
  /** Of those that were written here. */
  readonly ownIds: ReadonlySignal<ReadonlySet<string>>;
  readonly outgoing: ReadonlySignal<readonly OutgoingWords[]>;
  /** Why nothing new can be read at the moment; it is asked for again. */
  readonly failure: ReadonlySignal<Failure | null>;
  /** What one is called; empty before one has said. */
  readonly name: ReadonlySignal<string>;
  /** How many are new since the newest one was before one's eyes. */
  readonly unseen: ReadonlySignal<number>;
  /** Kept for other rooms, and the next time. */
  setName(name: string): void;
  send(content: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** Asks the server at once. */
  refresh(): void;
  /** Whether the newest message is before one's eyes. */
  setShown(shown: boolean): void;
  close(): void;
}
