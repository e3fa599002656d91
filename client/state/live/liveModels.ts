import type { ReadonlySignal } from '@preact/signals';
import type { LiveHealth, LiveRoomView, OwnLiveRoomView } from '../../../protocol/live.ts';
import type { LivePosition, Rendition } from '../../media/live/LiveStream.ts';
import type { PlaybackState, Sound } from '../../media/live/LivePlayback.ts';
import type { ListenerChatModel } from './chatModels.ts';
import type { ListenerChat } from '../../../protocol/liveChat.ts';
import type { Failure, Loadable } from '../models.ts';

/** The stream in its element. */
export interface PlayerModel {
  readonly state: ReadonlySignal<PlaybackState>;
  /** Nothing comes at present; it is asked for again and again. */
  readonly troubled: ReadonlySignal<boolean>;
  readonly sound: ReadonlySignal<Sound>;
  /** Empty where the browser chooses. */
  readonly renditions: ReadonlySignal<readonly Rendition[]>;
  /** Id of what the user wants; null: whatever the line bears. */
  readonly chosen: ReadonlySignal<string | null>;
  /** Id of what is played; null before. */
  readonly playing: ReadonlySignal<string | null>;
  readonly position: ReadonlySignal<LivePosition>;
  /** @param video null: it is gone */
  attach(video: HTMLVideoElement | null): void;
  play(): Promise<void>;
  pause(): void;
  setMuted(muted: boolean): void;
  /** @param volume 0 to 1 */
  setVolume(volume: number): void;
  /** @param seconds less than zero: back */
  seekBy(seconds: number): void;
  toLive(): void;
  choose(rendition: string | null): void;
  /** Begins anew at once. */
  retry(): void;
}

/** Whether this browser has the room's PIN accepted. */
export type ListenerAccess =
  /** It is being found out whether a PIN is needed. */
  | { is: 'looking' }
  /** `lost`: it was accepted, and is not any more. */
  | { is: 'needed'; lost: boolean; failure: Failure | null; asking: boolean }
  | { is: 'granted' };

/** What a listener's page is about at the moment. */
export type ListenerScene =
  | 'loading'
  | 'failed'
  | 'unknown'
  | 'pin'
  | 'not-begun'
  | 'starting'
  | 'on-air'
  | 'over'
  | 'replay'
  | 'removed';

/** A live room as whoever listens sees it. */
export interface ListeningModel {
  readonly scene: ReadonlySignal<ListenerScene>;
  /** Null before it has been told. */
  readonly room: ReadonlySignal<LiveRoomView | null>;
  readonly listeners: ReadonlySignal<number>;
  /** Why the server cannot be asked at the moment; what was told stays. */
  readonly failure: ReadonlySignal<Failure | null>;
  readonly access: ReadonlySignal<ListenerAccess>;
  readonly player: PlayerModel;
  /** Of a page, not of a preview. */
  readonly chat: ListenerChatModel | null;
  /** An address of what was on air, for a player; it ends. Rejects with a Failure. */
  openReplay(): Promise<string>;
  /** Never rejects: look at `access`. */
  enter(pin: string): Promise<void>;
  /** Asks the server at once. */
  refresh(): void;
  close(): void;
}

export interface NewLiveRoom {
  roomId: string;
  pin: string;
  /** Id of a meeting; without it, one is made. */
  meeting?: string;
  title?: string;
}

/** Live rooms that one hosts, all of them or that of one meeting. Methods reject with a Failure. */
export interface OwnRoomsModel {
  readonly rooms: ReadonlySignal<Loadable<readonly OwnLiveRoomView[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** Never rejects. What was found before stays while it is asked for again, and if it cannot be. */
  readonly refresh: () => Promise<void>;
  loadMore(): Promise<void>;
  create(input: NewLiveRoom): Promise<void>;
  start(roomId: string): Promise<void>;
  stop(roomId: string): Promise<void>;
  remove(roomId: string): Promise<void>;
  /** @param url rtmp:// or rtmps://, with its key */
  addPush(roomId: string, url: string): Promise<void>;
  removePush(roomId: string, pushId: string): Promise<void>;
  changePin(roomId: string, pin: string): Promise<void>;
  openChat(roomId: string, listenerChat: ListenerChat): Promise<void>;
  /** @param replay whether listeners may watch what is recorded */
  offerReplay(roomId: string, replay: boolean): Promise<void>;
  /** The PIN of a room, where it was chosen in this tab: the server does not tell it again. */
  pinOf(roomId: string): string | null;
  /** How one of them is going, asked for with `refresh`. */
  createHealth(roomId: string): HealthModel;
}

export interface HealthModel {
  /** What was told last; null before. */
  readonly health: ReadonlySignal<LiveHealth | null>;
  readonly failure: ReadonlySignal<Failure | null>;
  /** Never rejects. */
  readonly refresh: () => Promise<void>;
}
