import type { AnyNotification, SignalingClient } from '../api/SignalingClient.ts';
import type { RestClient } from '../api/RestClient.ts';
import { createCalls, type CallsApp } from './calls.ts';
import { createChat } from './chat.ts';
import type { PreferencesModel, TalkModel, User } from './models.ts';
import { createPeople } from './contacts.ts';
import type { Session } from './session.ts';

/** What everything outside of meetings is made of, for one person who is signed in. */
export interface TalkDeps {
  self: User;
  session: Pick<Session, 'rename' | 'expire'>;
  signaling: SignalingClient;
  rest: RestClient;
  preferences: PreferencesModel;
  callsApp: CallsApp;
  /** Calls `handle` with every notification until the person signs out. */
  onNotification(handle: (notification: AnyNotification) => void): void;
  /** Calls `sync` whenever something may have been missed: connected, connected again, or told so. */
  onSync(sync: () => void): void;
  /** Runs `stop` when the person signs out. */
  onClose(stop: () => void): void;
}

/** A talk with what the root does to it. */
export interface Talk extends TalkModel {
  close(): void;
}

export function createTalk(
  parts: Pick<TalkDeps, 'self' | 'session' | 'signaling' | 'rest' | 'preferences' | 'callsApp'>,
): Talk {
  const { signaling } = parts;
  const stops: (() => void)[] = [];
  const syncs: (() => void)[] = [];
  const sync = (): void => {
    for (const one of syncs) one();
  };
  const onState = (): void => {
    if (signaling.state.is === 'connected') sync();
  };
  const onNotification = ({ name }: AnyNotification): void => {
    if (name === 'sync-needed') sync();
  };
  signaling.on('state', onState);
  signaling.on('notification', onNotification);
  stops.push(
    () => signaling.off('state', onState),
    () => signaling.off('notification', onNotification),
  );
  const deps: TalkDeps = {
    ...parts,
    onNotification(handle) {
      signaling.on('notification', handle);
      stops.push(() => signaling.off('notification', handle));
    },
    onSync(again) {
      syncs.push(again);
    },
    onClose: (stop) => void stops.push(stop),
  };
  const talk = { people: createPeople(deps), chat: createChat(deps), calls: createCalls(deps) };
  onState();
  return {
    ...talk,
    close() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
