import { computed, signal } from '@preact/signals';
import type { ChatMessage, ChatRoom } from '../../protocol/chat.ts';
import type { RestClient } from '../api/RestClient.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { AnyNotification, SignalingClient, SignalingState } from '../api/SignalingClient.ts';
import * as log from './chatLog.ts';
import type { MessageChange, RoomModel } from './chatModels.ts';
import { createMessageChanges } from './messageChanges.ts';
import type { Loadable } from './models.ts';
import { createOutbox } from './outbox.ts';
import { createOthersTyping, createOwnTyping } from './typing.ts';
import type { Unsent } from './unsent.ts';

const PAGE = '50';
/** Changes that are fetched one by one; after more of them the newest messages are read anew. */
const CATCH_UP_PAGES = 5;
/** A message that overtook another one waits so long for it before it is asked for. */
const GAP_MS = 400;
/** What comes before one's eyes is told together. */
const SEEN_MS = 150;
const MAX_SEEN = 256;

export interface ChatWire {
  signaling: SignalingClient;
  rest: RestClient;
  selfId: string;
}

/** A room with what its owner does to it. */
export interface Room extends RoomModel {
  /** Tells what was seen, and listens no more. */
  close(): void;
}

/** Follows one room: what it has missed it asks for, by the number of the last change that it knows. */
export function createRoom(
  { signaling, rest, selfId }: ChatWire,
  unsent: Unsent,
  roomId: string,
): Room {
  const room = signal<Loadable<ChatRoom>>({ is: 'loading' });
  const state = signal<log.ChatLog>(log.EMPTY_LOG);
  const news = signal({ after: 0, upTo: 0 });
  const connected = signal(signaling.state.is === 'connected');
  const others = createOthersTyping();
  const params = { roomId };
  let loaded = false;
  let closed = false;
  let gap: ReturnType<typeof setTimeout> | undefined;
  let toTell: ReturnType<typeof setTimeout> | undefined;
  const seen = new Set<string>();
  const unseen = new Set<string>();

  const outbox = createOutbox({
    before: unsent.of(roomId),
    keep: (messages) => unsent.keep(roomId, messages),
    async send({ content, clientId, replyTo, mentions }) {
      const body = {
        ...{ content, clientId, mentions: [...mentions] },
        ...(replyTo && { replyTo: replyTo.messageId }),
      };
      return (await rest.call('sendMessage', { params, body })).message;
    },
    onSent: (message) => handleMessage(message),
  });

  const changes = createMessageChanges(
    (messageId, change) => askFor({ ...params, messageId }, change),
    (message) => (state.value = log.receive(state.value, message)),
  );

  async function askFor(of: { roomId: string; messageId: string }, change: MessageChange) {
    switch (change.is) {
      case 'edit': {
        const { content } = change;
        return (await rest.call('editMessage', { params: of, body: { content } })).message;
      }
      case 'remove':
        return (await rest.call('deleteMessage', { params: of })).message;
      case 'react': {
        const { reaction, on } = change;
        return (await rest.call('reactToMessage', { params: of, body: { reaction, on } })).message;
      }
    }
  }

  const own = createOwnTyping((isTyping) => {
    // Whoever is not told now sees the message anyway.
    signaling.request('chat-typing', { roomId, isTyping }).catch(() => undefined);
  });

  const list = (query: Record<string, string>) =>
    rest.call('listMessages', { params, query: { limit: PAGE, ...query } });

  function handleMessage(message: ChatMessage): void {
    if (message.senderId === selfId && message.clientId !== null) outbox.settle(message.clientId);
    noteGap(message.rev);
    state.value = log.receive(state.value, message);
  }

  /** Something came that is not the next: what is missing may be on its way. */
  function noteGap(rev: number): void {
    if (log.place(state.value, rev) !== 'gap' || gap !== undefined) return;
    gap = setTimeout(() => {
      gap = undefined;
      void catchUp().catch(() => undefined);
    }, GAP_MS);
  }

  async function catchUp(): Promise<void> {
    const missed: ChatMessage[] = [];
    let { rev } = state.value;
    for (let page = 0; page < CATCH_UP_PAGES; page++) {
      const answer = await list({ since: String(rev), limit: '100' });
      missed.push(...answer.messages);
      rev = answer.messages.at(-1)?.rev ?? rev;
      if (answer.hasMore) continue;
      for (const { senderId, clientId } of missed) {
        if (senderId === selfId && clientId !== null) outbox.settle(clientId);
      }
      // Who has seen what has no number of its own.
      const latest = state.value.atNewest ? await list({}) : null;
      const settled = Math.max(rev, answer.rev);
      state.value = log.merge(state.value, [...missed, ...(latest?.messages ?? [])], settled);
      return;
    }
    await showNewest();
  }

  async function showNewest(): Promise<void> {
    state.value = log.newest(await list({}));
  }

  async function join(): Promise<void> {
    const answer = await signaling.request('join-rooms', { roomIds: [roomId] });
    const [position] = answer.rooms;
    if (loaded && position && position.rev > state.value.rev) await catchUp();
  }

  async function load(): Promise<void> {
    if (room.value.is === 'failed') room.value = { is: 'loading' };
    try {
      const joined = signaling.state.is === 'connected' ? join() : null;
      const [answer, page] = await Promise.all([rest.call('readRoom', { params }), list({})]);
      if (!loaded) news.value = { after: answer.room.readSeq, upTo: page.lastSeq };
      state.value = log.newest(page);
      loaded = true;
      room.value = { is: 'ready', value: answer.room };
      await joined?.catch(() => undefined);
      // What was told between the question and its answer.
      if (joined) await catchUp();
    } catch (error) {
      if (!loaded) room.value = { is: 'failed', failure: toRequestError(error) };
    }
  }

  async function sync(): Promise<void> {
    if (!loaded) {
      await load();
      return;
    }
    await join();
    await catchUp();
    const answer = await rest.call('readRoom', { params });
    room.value = { is: 'ready', value: answer.room };
  }

  function resume(): void {
    outbox.flush();
    changes.flush();
    tellSeen();
    sync().catch((error: unknown) => {
      const failure = toRequestError(error);
      if (failure.code === 'NOT_FOUND') room.value = { is: 'failed', failure };
    });
  }

  function tellSeen(): void {
    clearTimeout(toTell);
    toTell = undefined;
    if (unseen.size === 0 || signaling.state.is !== 'connected') return;
    const messageIds = [...unseen].slice(0, MAX_SEEN);
    signaling.request('mark-msgs-seen', { roomId, messageIds }).then(
      () => {
        for (const id of messageIds) unseen.delete(id);
        if (unseen.size > 0) tellSeen();
      },
      // They are told when the connection is back.
      () => undefined,
    );
  }

  function onState({ is }: SignalingState): void {
    connected.value = is === 'connected';
    if (is === 'connected') resume();
  }

  function onNotification({ name, payload }: AnyNotification): void {
    if (name === 'sync-needed') resume();
    if (!('roomId' in payload) || payload.roomId !== roomId || !loaded) return;
    if (name === 'new-chat-message') handleMessage(payload.message);
    else if (name === 'chat-message-updated') {
      noteGap(payload.rev);
      state.value = log.change(state.value, payload);
    } else if (name === 'chat-message-reacted') {
      noteGap(payload.rev);
      state.value = log.react(state.value, payload, selfId);
    } else if (name === 'messages-seen') {
      if (payload.userId !== selfId) state.value = log.see(state.value, payload.messageIds);
    } else if (name === 'chat-user-typing') {
      if (payload.userId !== selfId) others.handle(payload);
    } else if (name === 'chat-room-updated') {
      // It has another title, other members, or another end.
      if (payload.last === null) void sync().catch(() => undefined);
    } else if (name === 'chat-room-left') {
      room.value = { is: 'failed', failure: { code: 'NOT_FOUND' } };
    }
  }

  signaling.on('state', onState);
  signaling.on('notification', onNotification);

  return {
    roomId,
    selfId,
    room,
    messages: computed(() => state.value.messages),
    outgoing: outbox.list,
    changes: changes.list,
    atOldest: computed(() => state.value.atOldest),
    atNewest: computed(() => state.value.atNewest),
    lastSeq: computed(() => state.value.lastSeq),
    news,
    typing: others.names,
    connected,
    load,
    async loadOlder() {
      const [first] = state.value.messages;
      if (!first || state.value.atOldest) return;
      const page = await list({ before: String(first.seq) });
      state.value = log.prepend(state.value, page);
    },
    async loadNewer() {
      const last = state.value.messages.at(-1);
      if (!last || state.value.atNewest) return;
      state.value = log.append(state.value, await list({ after: String(last.seq) }));
    },
    toNewest: showNewest,
    async showAround(seq) {
      const known = state.value.messages;
      if (known.some((message) => message.seq === seq)) return;
      const [before, after] = await Promise.all([
        list({ before: String(seq) }),
        list({ after: String(seq - 1) }),
      ]);
      state.value = log.around(before, after);
    },
    send(message) {
      own.close();
      outbox.add(message);
    },
    retry: (clientId) => outbox.retry(clientId),
    discard: (clientId) => outbox.discard(clientId),
    change: (messageId, change) => changes.add(messageId, change),
    retryChange: (key) => changes.retry(key),
    discardChange: (key) => changes.discard(key),
    handleInput: (empty) => own.handleInput(empty),
    markSeen(messages) {
      for (const { id, senderId, seq } of messages) {
        const old = senderId === selfId || seq <= news.value.after;
        if (seen.has(id) || old) continue;
        seen.add(id);
        unseen.add(id);
      }
      if (unseen.size > 0) toTell ??= setTimeout(tellSeen, SEEN_MS);
    },
    seenBy: (messageId, offset) =>
      rest.call('listSeen', {
        params: { ...params, messageId },
        query: { offset: String(offset) },
      }),
    close() {
      if (closed) return;
      closed = true;
      tellSeen();
      clearTimeout(gap);
      own.close();
      others.close();
      signaling.off('state', onState);
      signaling.off('notification', onNotification);
      outbox.close();
      changes.close();
      if (signaling.state.is === 'connected') {
        signaling.request('leave-chat-room', { roomId }).catch(() => undefined);
      }
    },
  };
}
