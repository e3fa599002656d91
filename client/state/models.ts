import type { ReadonlySignal } from '@preact/signals';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { AdminModel } from './adminModels.ts';
import type { CallsModel } from './callsModels.ts';
import type { ChatModel, MeetingChatModel } from './chatModels.ts';
import type { HostModel, UnmuteRequest } from './hostModels.ts';
import type { ClientCode } from '../api/RequestError.ts';
import type { Broadcast } from '../../protocol/live.ts';
import type { RecordingChat } from '../../protocol/recordings.ts';
import type {
  Access,
  AutoAdmit,
  MeetingSettings,
  MeetingView,
  Reaction,
  Role,
} from '../../protocol/meetings.ts';
import type { ListeningModel, OwnRoomsModel } from './live/liveModels.ts';
import type { OpenedRecording, OwnRecordingsModel } from './recordings/recordingModels.ts';
import type { Notice } from './noticeModels.ts';
import type { PeopleModel } from './peopleModels.ts';
import type { PicturesModel } from './pictures.ts';
import type { Right } from '../../protocol/rights.ts';

/**
 * What views see of the state: signals to read and methods to call. Views hold nothing else; they
 * know neither sockets nor media objects beyond the tracks that they put into elements.
 */

/** A refusal or a lack of an answer; the words for each code are in `client/i18n`. */
export interface Failure {
  code: ErrorCode | ClientCode;
  details?: Record<string, unknown> | undefined;
  retryAfterMs?: number | undefined;
}

export type Loadable<T> =
  | { is: 'loading' }
  | { is: 'ready'; value: T }
  | { is: 'failed'; failure: Failure };

export interface User {
  id: string;
  name: string;
  /** Null for guests. */
  email: string | null;
}

/** Who uses this browser. Methods reject with RequestError, which is a Failure. */
export interface SessionModel {
  readonly user: ReadonlySignal<User | null>;
  /** True until the token that was kept has been checked. */
  readonly restoring: ReadonlySignal<boolean>;
  /** Why that could not be: the server is away, say. The token is kept. */
  readonly restoreFailure: ReadonlySignal<Failure | null>;
  /** Whether they run this server; false until the server has said so. */
  readonly operator: ReadonlySignal<boolean>;
  restore(): Promise<void>;
  signUp(input: { email: string; name: string; password: string }): Promise<void>;
  signIn(input: { email: string; password: string }): Promise<void>;
  /** Takes a name for one meeting, by its id or join code. */
  continueAsGuest(meeting: string, name: string): Promise<void>;
  signOut(): Promise<void>;
}

export interface NewMeeting {
  title: string;
  passcode?: string | undefined;
  capacity?: number | undefined;
  waitingRoom?: boolean | undefined;
  autoAdmit?: AutoAdmit | undefined;
  settings?: Partial<MeetingSettings> | undefined;
  allowGuests?: boolean | undefined;
  access?: Access | undefined;
  /** Emails, for `access: 'invited'`. */
  invited?: string[] | undefined;
  startsAt?: string | null | undefined;
  endsAt?: string | null | undefined;
}

/** Only what is named changes; a null passcode removes it. */
export type MeetingChange = Partial<Omit<NewMeeting, 'passcode'>> & {
  passcode?: string | null | undefined;
  locked?: boolean | undefined;
};

export interface HomeModel {
  readonly meetings: ReadonlySignal<Loadable<readonly MeetingView[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  create(input: NewMeeting): Promise<MeetingView>;
  update(meetingId: string, patch: MeetingChange): Promise<MeetingView>;
  end(meetingId: string): Promise<void>;
}

export interface DeviceChoice {
  id: string;
  label: string;
}

/**
 * Why a device does not work. `insecure`: the page came over plain http from another machine, where
 * browsers offer no devices.
 */
export type DeviceProblem = 'denied' | 'dismissed' | 'not-found' | 'busy' | 'insecure' | 'failed';

/**
 * Why nothing comes of a device that is wanted. `interrupted`: the system has paused it, for another
 * program or because a phone shows something else.
 */
export type DeviceTrouble = 'missing' | 'denied' | 'busy' | 'failed' | 'interrupted';

/** One kind of capturing device: the choice, the intent and what came of it. */
export interface CaptureModel {
  readonly choices: ReadonlySignal<readonly DeviceChoice[]>;
  /** Id of the device in use or preferred; null: the browser's default. */
  readonly selected: ReadonlySignal<string | null>;
  /** What the user wants; remembered over visits. */
  readonly wanted: ReadonlySignal<boolean>;
  /** The live track while wanted and available. */
  readonly track: ReadonlySignal<MediaStreamTrack | null>;
  readonly opening: ReadonlySignal<boolean>;
  readonly problem: ReadonlySignal<DeviceProblem | null>;
  setWanted(wanted: boolean): Promise<void>;
  select(deviceId: string): Promise<void>;
}

export interface DevicesModel {
  readonly camera: CaptureModel;
  readonly microphone: CaptureModel;
  readonly speakers: ReadonlySignal<readonly DeviceChoice[]>;
  /** Null: the browser's default. */
  readonly speaker: ReadonlySignal<string | null>;
  /** False where the browser offers no choice of output (Safari, Firefox on phones). */
  readonly canSelectSpeaker: boolean;
  /** Loudness of one's own microphone, 0 to 1, about 20 times a second while it is on. */
  readonly inputLevel: ReadonlySignal<number>;
  /** Whether the browser would ask for permission now: explain first. */
  readonly willAsk: ReadonlySignal<boolean>;
  /** Opens what is wanted. Never rejects: look at `problem`. */
  open(): Promise<void>;
  selectSpeaker(deviceId: string): Promise<void>;
  /** Plays a short sound on the chosen output. */
  testSpeaker(): Promise<void>;
  /** Releases camera and microphone. */
  close(): void;
}

/** One's place in the queue of a waiting room. Admission turns it into `app.meeting`. */
export interface WaitingModel {
  readonly meeting: MeetingView;
  /** From 1. */
  readonly position: ReadonlySignal<number>;
  /** What the hosts tell everybody who waits. */
  readonly message: ReadonlySignal<string | null>;
  /** The place is kept while the connection is away. */
  readonly connection: ReadonlySignal<ConnectionState>;
  /** When this page began to wait, in milliseconds of this browser's clock. */
  readonly since: number;
  reconnectNow(): void;
  leave(): Promise<void>;
}

/** Why somebody who waited will not come in. `FORBIDDEN`: a host decided so. */
export interface Denial {
  code: ErrorCode;
  message: string | null;
}

/** The page before a meeting: what is known of it, and joining. */
export interface LobbyModel {
  readonly meeting: ReadonlySignal<Loadable<MeetingView>>;
  /** What of the meeting went beyond it when it was loaded: one is to know before joining. */
  readonly broadcast: ReadonlySignal<Broadcast>;
  readonly joining: ReadonlySignal<boolean>;
  /** Why the last attempt failed; null before one and while one runs. */
  readonly failure: ReadonlySignal<Failure | null>;
  /** Last name used in this browser, or the account's. */
  readonly displayName: ReadonlySignal<string>;
  setDisplayName(name: string): void;
  /** Set while one waits to be let in. */
  readonly waiting: ReadonlySignal<WaitingModel | null>;
  /** How the waiting ended, if not in the meeting; null again with the next try. */
  readonly denial: ReadonlySignal<Denial | null>;
  load(): Promise<void>;
  /**
   * Asks for a place. On success `app.meeting` is set, at once or after `waiting`; on a refusal
   * `failure` says why.
   * @param options `takeOver` moves the call from another device here, `companion` joins beside it
   */
  join(options: JoinOptions): Promise<void>;
}

export interface JoinOptions {
  passcode?: string;
  takeOver?: boolean;
  companion?: boolean;
}

/** A video that can be shown: hand its track to an element, and say how large it is shown. */
export interface VideoModel {
  /** Null for one's own. */
  readonly producerId: string | null;
  readonly track: MediaStreamTrack;
}

export interface Person {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Address of their picture on the server: `AppModel.pictures` fetches it. Null: none. */
  readonly avatarUrl: string | null;
  readonly role: Role;
  readonly isSelf: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly screenSharing: boolean;
  readonly reconnecting: boolean;
  /** A second screen of somebody who is in on another device: without sound. */
  readonly companion: boolean;
  /** ISO 8601; null while the hand is down. */
  readonly handRaisedAt: string | null;
  /** Null until a producer can be shown; present but still black until its first frame. */
  readonly camera: VideoModel | null;
}

export interface ScreenShare {
  readonly participantId: string;
  readonly name: string;
  readonly isSelf: boolean;
  /** Null until its first packet can come. */
  readonly video: VideoModel | null;
}

export interface Quality {
  /** 0 (lost) to 4 (excellent). */
  readonly bars: 0 | 1 | 2 | 3 | 4;
  /** Which side is the weak one. */
  readonly direction: 'up' | 'down' | 'both';
}

export interface FloatingReaction {
  readonly key: number;
  readonly reaction: Reaction;
  readonly participantId: string;
  readonly name: string;
}

/** Where the way back has got to. */
export type ConnectionState =
  | { is: 'connected' }
  /** The browser has no network. */
  | { is: 'offline' }
  | {
      is: 'reconnecting';
      /**
       * `server`: looking for it; `place`: taking one's place again; `rejoin`: it was given up, so
       * entering anew; `path`: another way for sound and picture; `rebuild`: setting both up anew.
       */
      step: 'server' | 'place' | 'rejoin' | 'path' | 'rebuild';
      attempt: number;
      /** When the next try begins, in milliseconds since the Unix epoch; null while one runs. */
      nextTryAt: number | null;
    };

export type MeetingPhase =
  | { is: 'in' }
  | {
      is: 'over';
      /** `moved`: the call goes on on another device; `removed`, `banned`: a host decided so. */
      reason: 'left' | 'ended' | 'moved' | 'removed' | 'banned' | 'failed';
      failure: Failure | null;
      durationMs: number;
      /** Names of everybody who was there, oneself excepted. */
      met: readonly string[];
    };

/** One's own switch: an action shows as pending until the server says what is true. */
export interface SwitchModel {
  readonly on: ReadonlySignal<boolean>;
  readonly pending: ReadonlySignal<boolean>;
  set(on: boolean): Promise<void>;
}

/** … of a device, which may fail. */
export interface DeviceSwitchModel extends SwitchModel {
  readonly trouble: ReadonlySignal<DeviceTrouble | null>;
}

export interface MeetingModel {
  readonly phase: ReadonlySignal<MeetingPhase>;
  readonly connection: ReadonlySignal<ConnectionState>;
  readonly meeting: ReadonlySignal<MeetingView>;
  /** What of the meeting goes beyond those who are in it. */
  readonly broadcast: ReadonlySignal<Broadcast>;
  readonly selfId: ReadonlySignal<string>;
  /** When the meeting began, in milliseconds of this browser's clock. */
  readonly startedAt: ReadonlySignal<number>;
  /** Everybody in a stable order: oneself first, then by time of arrival. */
  readonly people: ReadonlySignal<readonly Person[]>;
  readonly shares: ReadonlySignal<readonly ScreenShare[]>;
  /** Who is audible now; changes several times a second. */
  readonly speaking: ReadonlySignal<ReadonlySet<string>>;
  /** The dominant other speaker, after at least a second of it; null before anyone spoke. */
  readonly speaker: ReadonlySignal<string | null>;
  readonly qualities: ReadonlySignal<ReadonlyMap<string, Quality>>;
  readonly reactions: ReadonlySignal<readonly FloatingReaction[]>;
  readonly notices: ReadonlySignal<readonly Notice[]>;
  readonly microphone: DeviceSwitchModel;
  readonly camera: DeviceSwitchModel;
  readonly screen: SwitchModel;
  readonly hand: SwitchModel;
  /** True when the browser refuses to play sound until the user clicks. */
  readonly soundBlocked: ReadonlySignal<boolean>;
  /** True when one is here as a second screen: no microphone, no sound. */
  readonly isCompanion: ReadonlySignal<boolean>;
  /** A host asks to be heard or seen; null when none does. */
  readonly unmuteRequest: ReadonlySignal<UnmuteRequest | null>;
  readonly host: HostModel;
  readonly chat: MeetingChatModel;
  /** Whether one may do something now. Reads signals: a view that asks is drawn anew with the answer. */
  readonly may: (right: Right) => boolean;
  /** The same, for something that is done to somebody. */
  readonly mayDoTo: (right: Right, person: Person) => boolean;
  /** Whether this browser can share screens; ask `may`, too. */
  readonly sharesScreens: boolean;
  /** Turns on what a host asked for, or not. */
  answerUnmuteRequest(accept: boolean): Promise<void>;
  /** Changes somebody's name in this meeting, one's own included. */
  rename(participantId: string, name: string): Promise<void>;
  react(reaction: Reaction): Promise<void>;
  dismissNotice(key: number): void;
  unblockSound(): Promise<void>;
  /** What of the others' video is on screen: physical pixels by producer id; those left out are not seen. */
  setViews(views: ReadonlyMap<string, { width: number; height: number }>): void;
  reconnectNow(): void;
  leave(): Promise<void>;
  endForAll(): Promise<void>;
}

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'de';

/** Choices of this browser, kept in its storage. */
export interface PreferencesModel {
  readonly theme: ReadonlySignal<Theme>;
  readonly language: ReadonlySignal<Language>;
  readonly sounds: ReadonlySignal<boolean>;
  /** Whether messages are shown by the system while this window is not looked at. */
  readonly notifications: ReadonlySignal<boolean>;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
  readonly setSounds: (on: boolean) => void;
  readonly setNotifications: (on: boolean) => void;
}

/** Everything outside of meetings, of somebody with an account. */
export interface TalkModel {
  readonly people: PeopleModel;
  readonly chat: ChatModel;
  readonly calls: CallsModel;
}

/** The root that `client/main.tsx` builds and hands to the views. */
export interface AppModel {
  readonly session: SessionModel;
  readonly preferences: PreferencesModel;
  readonly home: HomeModel;
  readonly devices: DevicesModel;
  /** Of people in meetings. */
  readonly pictures: PicturesModel;
  /** Null until somebody with an account is known to be here, and its code has come. */
  readonly talk: ReadonlySignal<TalkModel | null>;
  /** For operators; made anew for each visit of their page. */
  createAdmin(): AdminModel;
  /**
   * Follows a live room until it is closed; rejects where the code for it cannot be had.
   * @param options `preview`: it only looks, silent and not counted
   */
  listen(roomId: string, options?: { preview: boolean }): Promise<ListeningModel>;
  /** @param meeting id of the meeting whose live room it is about; null: all of one's own */
  ownLiveRooms(meeting: string | null): Promise<OwnRoomsModel>;
  /** @param meeting id of the meeting whose recordings they are; null: all of one's own */
  ownRecordings(meeting: string | null): Promise<OwnRecordingsModel>;
  /** A recording by a link. @param token that the link holds; rejects with a RequestError */
  openShared(token: string): Promise<OpenedRecording>;
  /** What was written while it was recorded. @param ticket of the opened recording; rejects with a RequestError */
  recordingChat(recordingId: string, ticket: string): Promise<RecordingChat['messages']>;
  /** The live meeting; null outside one. */
  readonly meeting: ReadonlySignal<MeetingModel | null>;
  /** One lobby per reference, made anew for each visit. */
  createLobby(ref: string): LobbyModel;
  /** Nobody looks at the lobby any more: who waits gives up the place, devices are closed. */
  closeLobby(lobby: LobbyModel): void;
  /** Set when the page was reloaded inside a meeting: enter again without asking. */
  readonly returnTo: string | null;
}
