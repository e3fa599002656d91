import { batch, computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type { LiveRoomView } from '../../../protocol/live.ts';
import { MAX_LISTENER_NAME, type ListenerMessage } from '../../../protocol/liveChat.ts';
import { createId } from '../../api/createId.ts';
import { toRequestError } from '../../api/RequestError.ts';
import type { RestClient } from '../../api/RestClient.ts';
import { createDispatch } from '../dispatch.ts';
import type { Failure } from '../models.ts';
import { keptInTab, keptLocally } from '../storage.ts';
import type { ListenerChatModel, OutgoingWords } from './chatModels.ts';

const LOOK_EVERY_MS = 2_500;
/** After the first failure, and at most: as the page itself asks. */
const LOOK_AGAIN_MS = 5_000;
const LONGEST_LOOK_AGAIN_MS = 20_000;
const GROWTH = 1.5;
/** The newest stay on the page. */
const MOST_SHOWN = 500;
/** Of one's own so many are known over reloads. */
const MOST_OWN = 200;

export interface ListenerChatDeps {
  rest: Pick<RestClient, 'call'>;
  roomId: string;
  token: ReadonlySignal<string | null>;
  room: ReadonlySignal<LiveRoomView | null>;
  /** Start that is on air; null: none is. */
  airing: ReadonlySignal<string | null>;
  /** The token is refused. */
  onAccessLost: () => void;
}

/** The chat of a room that is on air, asked for again and again while its host lets listeners read it. */
export function createListenerChat(deps: ListenerChatDeps): ListenerChatModel {
  const { rest, roomId, token, room, airing, onAccessLost } = deps;
  const keptName = keptLocally('live-name');
  const keptOwn = keptInTab(`live-own.${roomId}`);
  const name = signal((keptName.get() ?? '').slice(0, MAX_LISTENER_NAME));
  const ownIds = signal<ReadonlySet<string>>(new Set((keptOwn.get() ?? '').split(' ')));
  const messages = signal<readonly ListenerMessage[] | null>(null);
  const failure = signal<Failure | null>(null);
  const setting = signal<LiveRoomView['listenerChat']>('off');
  /** The start that all of it is of; undefined before one is known. */
  const startedAt = signal<string | null | undefined>(undefined);
  const wasOpen = signal(false);
  /** How far one has read; messages behind it are new. */
  const readSeq = signal<number | null>(null);
  let isShown = false;
  let cursor: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** Counts what began anew: answers that were asked for before it are out of date. */
  let run = 0;
  let closed = false;

  const isListening = computed(() => token.value !== null && airing.value !== null);
  const isOpen = computed(() => isListening.value && setting.value !== 'off');
  const state = computed((): ListenerChatModel['state']['value'] => {
    if (!isListening.value) return 'off';
    if (setting.value !== 'off') return setting.value;
    return wasOpen.value ? 'closed' : 'off';
  });
  const unseen = computed(
    () => messages.value?.filter(({ seq }) => seq > (readSeq.value ?? seq)).length ?? 0,
  );

  const dispatch = createDispatch<OutgoingWords, ListenerMessage>({
    before: [],
    keyOf: ({ clientId }) => clientId,
    async send({ clientId, content, name: writer }) {
      const body = { clientId, content, name: writer };
      const answer = await rest.call('writeLiveChat', {
        ...{ params: { roomId }, body, token: token.peek() ?? '' },
      });
      return answer.message;
    },
    onDone(message) {
      const own = [...ownIds.peek(), message.id].slice(-MOST_OWN);
      batch(() => {
        ownIds.value = new Set(own);
        if (isOpen.peek()) show([message], []);
      });
      keptOwn.set(own.join(' '));
    },
  });

  function show(changed: readonly ListenerMessage[], removed: readonly string[]): void {
    const all = new Map((messages.peek() ?? []).map((message) => [message.id, message]));
    for (const message of changed) all.set(message.id, message);
    for (const id of removed) all.delete(id);
    const sorted = [...all.values()].sort((one, other) => one.seq - other.seq);
    messages.value = sorted.slice(-MOST_SHOWN);
    const last = sorted.at(-1)?.seq ?? 0;
    // What was there before one came is nothing new.
    if (isShown || readSeq.peek() === null) readSeq.value = last;
  }

  async function look(): Promise<void> {
    clearTimeout(timer);
    const [asked, opener] = [run, token.peek()];
    if (!isOpen.peek() || opener === null) return;
    try {
      const query = cursor === null ? {} : { after: String(cursor) };
      const params = { roomId };
      const answer = await rest.call('readLiveChat', { params, query, token: opener });
      if (closed || asked !== run) return;
      batch(() => {
        failure.value = null;
        if (answer.isWhole) messages.value = [];
        ({ cursor } = answer);
        show(answer.messages, answer.removed);
        setting.value = answer.listenerChat;
      });
      failures = 0;
    } catch (error) {
      if (closed || asked !== run) return;
      const refused = toRequestError(error);
      if (refused.code === 'UNAUTHENTICATED') {
        onAccessLost();
        return;
      }
      // Closed, or over: what the room is like is asked for anyway, and told by and by.
      if (refused.code === 'FORBIDDEN') setting.value = 'off';
      else if (refused.code !== 'INVALID_STATE') failure.value = refused;
      failures += 1;
    }
    const after = LOOK_AGAIN_MS * GROWTH ** (failures - 1);
    const pause = failures === 0 ? LOOK_EVERY_MS : Math.min(after, LONGEST_LOOK_AGAIN_MS);
    if (!isOpen.peek()) return;
    timer = setTimeout(() => void look(), failure.peek()?.retryAfterMs ?? pause);
  }

  const stops = [
    effect(() => {
      setting.value = room.value?.listenerChat ?? 'off';
    }),
    effect(() => {
      // Another start is another chat.
      if (startedAt.peek() === airing.value) return;
      startedAt.value = airing.value;
      wasOpen.value = false;
      readSeq.value = null;
    }),
    effect(() => {
      if (!isOpen.value || startedAt.value === undefined) return;
      untracked(() => {
        wasOpen.value = true;
        clear();
        void look();
      });
      return () => untracked(clear);
    }),
  ];

  /** Nothing is known. */
  function clear(): void {
    clearTimeout(timer);
    run += 1;
    cursor = null;
    failures = 0;
    batch(() => {
      messages.value = null;
      failure.value = null;
    });
  }

  return {
    ...{ state, messages, ownIds, failure, name, unseen },
    outgoing: dispatch.list,
    setName(wanted) {
      name.value = wanted.trim().slice(0, MAX_LISTENER_NAME);
      keptName.set(name.value === '' ? null : name.value);
    },
    send: (content) =>
      dispatch.add({ clientId: createId(), content, name: name.peek(), failure: null }),
    retry: dispatch.retry,
    discard: dispatch.drop,
    refresh: () => void look(),
    setShown(shown) {
      isShown = shown;
      const last = messages.peek()?.at(-1)?.seq;
      if (shown && last !== undefined) readSeq.value = last;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const stop of stops) stop();
      dispatch.close();
    },
  };
}
