import type { ChatMessage, MessageReaction } from '../../protocol/chat.ts';
import type { NotificationPayload } from '../../protocol/notifications.ts';

/** Messages that are kept at most: those around what is looked at. */
export const WINDOW = 200;

/** A window of a room's messages. Every function answers a new one, or the same if nothing changed. */
export interface ChatLog {
  /** By `seq`, without a gap. */
  readonly messages: readonly ChatMessage[];
  /** Every change up to this revision is known. */
  readonly rev: number;
  /** Number of the room's last message. */
  readonly lastSeq: number;
  readonly atOldest: boolean;
  readonly atNewest: boolean;
}

export const EMPTY_LOG: ChatLog = {
  messages: [],
  rev: 0,
  lastSeq: 0,
  atOldest: true,
  atNewest: true,
};

interface Page {
  readonly messages: readonly ChatMessage[];
  readonly hasMore: boolean;
  readonly lastSeq: number;
  readonly rev: number;
}

/** The newest messages, whatever was there before. */
export function newest({ messages, hasMore, lastSeq, rev }: Page): ChatLog {
  return { messages, rev, lastSeq, atOldest: !hasMore, atNewest: true };
}

/** Messages around one: those before it and those from it on. */
export function around(before: Page, after: Page): ChatLog {
  return {
    messages: [...before.messages, ...after.messages],
    // What changed between the two questions is asked for again.
    rev: before.rev,
    lastSeq: after.lastSeq,
    atOldest: !before.hasMore,
    atNewest: !after.hasMore,
  };
}

export function prepend(log: ChatLog, page: Page): ChatLog {
  const first = log.messages[0]?.seq ?? Infinity;
  const older = page.messages.filter(({ seq }) => seq < first);
  const all = [...older, ...log.messages];
  const messages = all.slice(0, WINDOW);
  const atNewest = log.atNewest && messages.length === all.length;
  return { ...log, messages, atOldest: !page.hasMore, atNewest };
}

export function append(log: ChatLog, page: Page): ChatLog {
  const last = log.messages.at(-1)?.seq ?? 0;
  const newer = page.messages.filter(({ seq }) => seq > last);
  const all = [...log.messages, ...newer];
  const messages = all.slice(-WINDOW);
  const atOldest = log.atOldest && messages.length === all.length;
  return { ...log, messages, atOldest, atNewest: !page.hasMore };
}

/** Changed and new messages, in any order; `rev` is up to where they are all there are. */
export function merge(log: ChatLog, given: readonly ChatMessage[], rev: number): ChatLog {
  const bySeq = new Map(log.messages.map((message) => [message.seq, message]));
  for (const message of given) {
    const known = bySeq.get(message.seq);
    if (known && known.rev > message.rev) continue;
    if (known || log.atNewest) bySeq.set(message.seq, message);
  }
  const sorted = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const first = log.messages[0]?.seq ?? sorted[0]?.seq ?? 1;
  // What is older than the window belongs to another page; what comes after a gap is not known yet.
  const whole = sorted.filter(({ seq }, index) => seq === (sorted[0]?.seq ?? 0) + index);
  const within = whole.filter(({ seq }) => seq >= first);
  const messages = within.slice(-WINDOW);
  return {
    ...log,
    messages,
    rev: Math.max(log.rev, rev),
    lastSeq: Math.max(log.lastSeq, ...given.map(({ seq }) => seq)),
    atOldest: log.atOldest && messages.length === within.length,
  };
}

/** Whether a revision is the next one, was known, or comes after something that was missed. */
export function place(log: ChatLog, rev: number): 'next' | 'known' | 'gap' {
  if (rev <= log.rev) return 'known';
  return rev === log.rev + 1 ? 'next' : 'gap';
}

/** A message as it is told. Not shown while the window is elsewhere. */
export function receive(log: ChatLog, message: ChatMessage): ChatLog {
  const rev = place(log, message.rev) === 'next' ? message.rev : log.rev;
  return merge(log, [message], rev);
}

export function change(
  log: ChatLog,
  { messageId, ...fact }: NotificationPayload<'chat-message-updated'>,
): ChatLog {
  const { rev, content, mentions, editedAt, deletedAt } = fact;
  return update(log, messageId, rev, (message) => ({
    ...message,
    ...{ rev, content, mentions, editedAt, deletedAt },
    reactions: deletedAt === null ? message.reactions : [],
  }));
}

export function react(
  log: ChatLog,
  fact: NotificationPayload<'chat-message-reacted'>,
  selfId: string,
): ChatLog {
  return update(log, fact.messageId, fact.rev, (message) => ({
    ...message,
    rev: fact.rev,
    reactions: reactionsAfter(message.reactions, fact, selfId),
  }));
}

function reactionsAfter(
  before: readonly MessageReaction[],
  { reaction, on, count, name, userId }: NotificationPayload<'chat-message-reacted'>,
  selfId: string,
): MessageReaction[] {
  const known = before.find((one) => one.reaction === reaction);
  const others = (known?.names ?? []).filter((one) => one !== name);
  const next: MessageReaction = {
    reaction,
    count,
    mine: userId === selfId ? on : (known?.mine ?? false),
    names: on ? [...others, name] : others,
  };
  if (!known) return count > 0 ? [...before, next] : [...before];
  return before.flatMap((one) => {
    if (one.reaction !== reaction) return [one];
    return count > 0 ? [next] : [];
  });
}

/** Others have seen messages; they are told once for each. */
export function see(log: ChatLog, messageIds: readonly string[]): ChatLog {
  const seen = new Set(messageIds);
  return {
    ...log,
    messages: log.messages.map((message) =>
      seen.has(message.id) ? { ...message, seenCount: message.seenCount + 1 } : message,
    ),
  };
}

function update(
  log: ChatLog,
  messageId: string,
  rev: number,
  next: (message: ChatMessage) => ChatMessage,
): ChatLog {
  return {
    ...log,
    rev: place(log, rev) === 'next' ? rev : log.rev,
    messages: log.messages.map((message) =>
      message.id === messageId && message.rev < rev ? next(message) : message,
    ),
  };
}
