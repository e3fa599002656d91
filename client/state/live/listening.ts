import { computed, effect, signal, untracked } from '@preact/signals';
import type { LiveRoomView } from '../../../protocol/live.ts';
import { createId } from '../../api/createId.ts';
import { toRequestError } from '../../api/RequestError.ts';
import type { RestClient } from '../../api/RestClient.ts';
import type { LiveSource } from '../../media/live/LiveStream.ts';
import type { Failure } from '../models.ts';
import { keptInTab } from '../storage.ts';
import { keptAccess } from './keptAccess.ts';
import { createListenerChat } from './listenerChat.ts';
import type { ListenerAccess, ListenerScene, ListeningModel } from './liveModels.ts';
import type { Player, PlayerDeps } from './player.ts';

const LOOK_EVERY_MS = 4_000;
/** After the first failure, and at most: a server that is away is not stormed by all who listen. */
const LOOK_AGAIN_MS = 5_000;
const LONGEST_LOOK_AGAIN_MS = 20_000;
const GROWTH = 1.5;
const ASKED_AGAIN_MS = 15_000;
/** What was mixed before the end is heard to its end. */
const FINISHES_WITHIN_MS = 12_000;

interface ListeningDeps {
  rest: Pick<RestClient, 'call'>;
  roomId: string;
  /** Whether an account is signed in, which may be the host's: the server is asked before a PIN is. */
  hasAccount: boolean;
  /** Looks only: silent, and not counted. */
  preview: boolean;
  /** The account's token is refused: forgets it. */
  expire: () => void;
  createPlayer: (deps: PlayerDeps) => Player;
}

/** Follows a live room: asks how it is, and plays while it is on air and one may. */
export function createListening(deps: ListeningDeps): ListeningModel {
  const { rest, roomId, hasAccount, preview, expire, createPlayer } = deps;
  const kept = keptAccess(keptInTab(`live.${roomId}`));
  const listener = createId();
  const room = signal<LiveRoomView | null>(null);
  const gone = signal<'unknown' | 'removed' | null>(null);
  const listeners = signal(0);
  const failure = signal<Failure | null>(null);
  const token = signal<string | null>(kept.get(Date.now()));
  const access = signal<ListenerAccess>(
    token.value === null ? { is: 'looking' } : { is: 'granted' },
  );
  /** The end was told, and what came before it is still heard. */
  const finishing = signal(false);
  const player = createPlayer({ onAccessLost: () => loseAccess(), silent: preview });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let finish: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let askedAt = 0;
  /** A PIN was accepted before. */
  let lost = false;
  let closed = false;

  /** Of the start that is on air; another one has other keys at the same address. Null: none is. */
  const airing = computed(() => {
    const { state, startedAt } = room.value ?? {};
    return state === 'on-air' ? (startedAt ?? '') : null;
  });
  const hlsUrl = computed(() => room.value?.hlsUrl ?? null);
  const scene = computed((): ListenerScene => {
    if (gone.value) return gone.value;
    if (!room.value) return failure.value ? 'failed' : 'loading';
    const { state } = room.value;
    if (state === 'removing' || state === 'removed') return 'removed';
    if (access.value.is === 'looking') return 'loading';
    if (access.value.is === 'needed') return 'pin';
    if (airing.value !== null || finishing.value) return 'on-air';
    if (state === 'starting') return 'starting';
    if (state === 'created') return 'not-begun';
    return room.value.replayState === 'ready' ? 'replay' : 'over';
  });

  function loseAccess(): void {
    kept.set(null);
    token.value = null;
    // Its host has another one without being asked, once in a while: what is refused at once is refused.
    const mayAsk = hasAccount && Date.now() - askedAt > ASKED_AGAIN_MS;
    lost = true;
    access.value = mayAsk
      ? { is: 'looking' }
      : { is: 'needed', lost, failure: null, asking: false };
    if (mayAsk) void ask(null);
  }

  async function ask(pin: string | null, retried = false): Promise<void> {
    askedAt = Date.now();
    if (pin !== null) access.value = { is: 'needed', lost, failure: null, asking: true };
    try {
      const body = pin === null ? {} : { pin };
      const answer = await rest.call('enterLiveRoom', { params: { roomId }, body });
      if (closed) return;
      if (!preview) kept.set(answer);
      token.value = answer.token;
      access.value = { is: 'granted' };
    } catch (error) {
      const refused = toRequestError(error);
      if (refused.code === 'UNAUTHENTICATED' && !retried) {
        // Whoever was signed in once listens like everybody else.
        expire();
        if (pin !== null) return ask(pin, true);
      }
      if (refused.code === 'NOT_FOUND') gone.value = 'unknown';
      // That a PIN is needed is no failure of somebody who has not been asked for it.
      const told = pin === null ? null : refused;
      access.value = { is: 'needed', lost, failure: told, asking: false };
    }
  }

  async function look(): Promise<void> {
    clearTimeout(timer);
    try {
      // Who reads about it, or has a PIN to find, does not listen.
      const listens = !preview && token.value !== null && airing.value !== null;
      const query = listens ? { listener } : {};
      const answer = await rest.call('watchLiveRoom', { params: { roomId }, query });
      if (closed) return;
      failures = 0;
      failure.value = null;
      gone.value = null;
      room.value = answer.room;
      listeners.value = answer.listeners;
    } catch (error) {
      if (closed) return;
      failures += 1;
      const refused = toRequestError(error);
      if (refused.code === 'NOT_FOUND') gone.value = room.value ? 'removed' : 'unknown';
      else failure.value = refused;
    }
    const after = LOOK_AGAIN_MS * GROWTH ** (failures - 1);
    const pause = failures === 0 ? LOOK_EVERY_MS : Math.min(after, LONGEST_LOOK_AGAIN_MS);
    timer = setTimeout(() => void look(), pause);
  }

  const chat = preview
    ? null
    : createListenerChat({ rest, roomId, token, room, airing, onAccessLost: loseAccess });

  async function openReplay(): Promise<string> {
    try {
      const opener = token.peek() ?? '';
      const answer = await rest.call('openLiveReplay', { params: { roomId }, token: opener });
      return answer.url;
    } catch (error) {
      const refused = toRequestError(error);
      if (refused.code === 'UNAUTHENTICATED') loseAccess();
      // What its host has taken back is told with the room.
      else if (refused.code === 'NOT_FOUND' || refused.code === 'INVALID_STATE') void look();
      throw refused;
    }
  }

  const refresh = (): void => void look();
  addEventListener('online', refresh);

  const stops = [
    () => removeEventListener('online', refresh),
    effect(() => {
      const [opener, url] = [token.value, hlsUrl.value];
      if (airing.value === null || opener === null || url === null) return;
      untracked(() => begin({ url, token: opener }));
      return () => {
        if (closed || token.peek() === null || gone.peek() !== null) player.stop();
        else letFinish();
      };
    }),
    effect(() => {
      const { value } = player.model.state;
      if (finishing.value && (value === 'ended' || value === 'waiting')) endFinish();
    }),
  ];

  function begin(source: LiveSource): void {
    clearTimeout(finish);
    finishing.value = false;
    player.start(source);
  }

  function letFinish(): void {
    clearTimeout(finish);
    finishing.value = true;
    finish = setTimeout(endFinish, FINISHES_WITHIN_MS);
  }

  function endFinish(): void {
    clearTimeout(finish);
    finishing.value = false;
    if (airing.peek() === null) player.stop();
  }

  if (access.value.is === 'looking') {
    if (hasAccount) void ask(null);
    else access.value = { is: 'needed', lost: false, failure: null, asking: false };
  }
  void look();

  return {
    ...{ scene, room, listeners, failure, access, refresh },
    player: player.model,
    chat,
    openReplay,
    enter: (pin) => ask(pin),
    close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(finish);
      for (const stop of stops) stop();
      chat?.close();
      player.close();
    },
  };
}
