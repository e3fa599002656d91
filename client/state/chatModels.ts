import type { ReadonlySignal } from '@preact/signals';
import type {
  ChatMessage,
  ChatRoom,
  MessageExcerpt,
  MessageReaction,
  RoomMember,
} from '../../protocol/chat.ts';
import type { Failure, Loadable } from './models.ts';

/** Something that one has written and the server has not confirmed. */
export interface Outgoing {
  readonly clientId: string;
  readonly content: string;
  readonly replyTo: ChatMessage['replyTo'];
  readonly mentions: readonly string[];
  /** Milliseconds of this browser's clock. */
  readonly createdAt: number;
  /** Why it was refused; null while it waits or is on its way. */
  readonly failure: Failure | null;
}

/** What one does to a message that is there. */
export type MessageChange =
  | { readonly is: 'edit'; readonly content: string }
  | { readonly is: 'remove' }
  | {
      readonly is: 'react';
      readonly reaction: MessageReaction['reaction'];
      readonly on: boolean;
    };

/** Something that one has done to a message and the server has not confirmed. */
export interface PendingChange {
  readonly key: string;
  readonly messageId: string;
  readonly change: MessageChange;
  /** Why it was refused; null while it waits or is on its way. */
  readonly failure: Failure | null;
}

/** Who has seen a message, and when. */
export interface SeenBy {
  readonly userId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly seenAt: string;
}

/**
 * One room while it is looked at: a window of its messages that moves over the whole of them, however
 * many these are. Methods that promise something reject with RequestError, which is a Failure.
 */
export interface RoomModel {
  readonly roomId: string;
  readonly selfId: string;
  readonly room: ReadonlySignal<Loadable<ChatRoom>>;
  /** In their order, without a gap. */
  readonly messages: ReadonlySignal<readonly ChatMessage[]>;
  readonly outgoing: ReadonlySignal<readonly Outgoing[]>;
  readonly changes: ReadonlySignal<readonly PendingChange[]>;
  /** Whether the window reaches the first, the last message. */
  readonly atOldest: ReadonlySignal<boolean>;
  readonly atNewest: ReadonlySignal<boolean>;
  /** Number of the last message of the room, in the window or not. */
  readonly lastSeq: ReadonlySignal<number>;
  /** What nobody had read when the room was opened: messages after one number, up to another. */
  readonly news: ReadonlySignal<{ readonly after: number; readonly upTo: number }>;
  /** Names of others who write now. */
  readonly typing: ReadonlySignal<readonly string[]>;
  /** False while nothing can be sent or received. */
  readonly connected: ReadonlySignal<boolean>;
  load(): Promise<void>;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Shows the newest messages. */
  toNewest(): Promise<void>;
  /** Shows a message that may be outside of the window. */
  showAround(seq: number): Promise<void>;
  /** Shows at once, and is sent as soon as that is possible. */
  send(message: Pick<Outgoing, 'content' | 'replyTo' | 'mentions'>): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** Is asked for as soon as that is possible; `changes` says how far it has got. */
  change(messageId: string, change: MessageChange): void;
  retryChange(key: string): void;
  discardChange(key: string): void;
  /** The text in the field has changed; `empty` when nothing is left of it. */
  handleInput(empty: boolean): void;
  /** These are before the user's eyes. */
  markSeen(messages: readonly ChatMessage[]): void;
  seenBy(messageId: string, offset: number): Promise<{ seen: readonly SeenBy[]; hasMore: boolean }>;
}

/** A message that has just come for a room that is not muted. */
export interface Incoming {
  readonly roomId: string;
  readonly message: MessageExcerpt;
}

export interface SearchResult {
  readonly message: ChatMessage;
  readonly room: Pick<ChatRoom, 'id' | 'kind' | 'title'>;
}

/** Messages, in rooms that outlive every page. */
export interface ChatModel {
  /** What nobody has looked at yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
  readonly selfId: string;
  /** The most recently active first. */
  readonly rooms: ReadonlySignal<Loadable<readonly ChatRoom[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly incoming: ReadonlySignal<Incoming | null>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  /** A room to look at; the same until `close`. */
  open(roomId: string): RoomModel;
  close(roomId: string): void;
  /** Opens the room with one other, or makes a group. */
  create(memberIds: readonly string[], title: string | null): Promise<ChatRoom>;
  rename(roomId: string, title: string): Promise<void>;
  mute(roomId: string, muted: boolean): Promise<void>;
  addMembers(roomId: string, userIds: readonly string[]): Promise<void>;
  removeMember(roomId: string, userId: string): Promise<void>;
  /** People to write to whose name contains the text. */
  findPeople(text: string): Promise<readonly RoomMember[]>;
  search(
    text: string,
    before: string | null,
  ): Promise<{ results: readonly SearchResult[]; next: string | null }>;
}

/** One of the conversations inside a meeting: with everybody, or with one person. */
export interface Conversation {
  readonly roomId: string;
  /** Null: everybody. */
  readonly userId: string | null;
  readonly name: string;
  readonly unread: number;
}

/** The chat of a meeting, for those who are in it. */
export interface MeetingChatModel {
  /** That with everybody first. */
  readonly conversations: ReadonlySignal<readonly Conversation[]>;
  readonly unread: ReadonlySignal<number>;
  readonly incoming: ReadonlySignal<Incoming | null>;
  /** What is looked at; null while the panel is closed. */
  readonly shown: ReadonlySignal<RoomModel | null>;
  show(roomId: string): void;
  hide(): void;
  /** Opens the conversation with one person, in place of what is shown. */
  writeTo(userId: string): Promise<void>;
}
