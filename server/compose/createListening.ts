import type { RateLimits } from '../auth/RateLimits.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import { ChatRows } from '../live/chat/ChatRows.ts';
import { ListenerChat } from '../live/chat/ListenerChat.ts';
import { Listeners } from '../live/Listeners.ts';
import { LiveAccess } from '../live/LiveAccess.ts';
import { LiveFiles } from '../live/LiveFiles.ts';
import { LiveListening } from '../live/LiveListening.ts';
import type { MixFiles } from '../live/MixFiles.ts';
import type { RecordingStore } from '../live/recordings/stores.ts';
import { Replays } from '../live/Replays.ts';
import { RoomRows } from '../live/RoomRows.ts';
import type { LiveStore } from '../live/stores.ts';
import type { ChatOfListeners } from './chatOfListeners.ts';
import type { Cluster } from './openCluster.ts';

export interface ListeningDeps {
  config: Pick<Config, 'live'>;
  cluster: Pick<Cluster, 'registry'>;
  store: Pick<LiveStore, 'find' | 'pushesOf'>;
  chat: ChatOfListeners;
  recordings: Pick<RecordingStore, 'files'>;
  mixes: MixFiles;
  rateLimits: RateLimits;
  jwtSecret: string;
  logger: Logger;
}

/** What listeners of live rooms need, as `createHttpApp` takes it. */
export interface Listening {
  liveAccess: LiveAccess;
  liveListening: LiveListening;
  listenerChat: ListenerChat;
  replays: Replays;
  liveFiles: LiveFiles;
}

export function createListening(deps: ListeningDeps): Listening {
  const { store, chat, recordings, mixes, rateLimits, jwtSecret, logger, cluster } = deps;
  const { segmentSec, segmentsPerKey, keptSegments, cacheBytes } = deps.config.live;
  const now = Date.now;
  const rooms = new RoomRows(store, now);
  const listeners = new Listeners();
  const liveAccess = new LiveAccess({
    ...{ store, rooms, rateLimits, jwtSecret, segmentSec, segmentsPerKey, now },
  });
  return {
    liveAccess,
    replays: new Replays({ access: liveAccess, store, recordings, jwtSecret, now }),
    listenerChat: new ListenerChat({
      ...{ ...chat, access: liveAccess, rateLimits, now },
      rows: new ChatRows(chat.store, now),
    }),
    liveListening: new LiveListening({
      ...{ rooms, mixes, listeners, now },
      pushesOf: (roomId) => store.pushesOf(roomId),
      nameOf: (instanceId) => cluster.registry.find(instanceId)?.name ?? null,
    }),
    liveFiles: new LiveFiles({ rooms, mixes, listeners, cacheBytes, keptSegments, logger, now }),
  };
}
