import type { ErrorCode } from '../../protocol/errors.ts';
import type { Reaction, Role } from '../../protocol/meetings.ts';
import type { AdminTexts } from './adminTexts.ts';
import type { ChatTexts } from './chatTexts.ts';
import type { PeopleTexts } from './peopleTexts.ts';
import type { CallsTexts } from './callsTexts.ts';
import type { HostingTexts } from './hostingTexts.ts';

type Names = (names: readonly string[], count: number) => string;
/** What happened, and what to do about it. */
export type FailureText = readonly [title: string, hint: string];
export type FailureTexts = Record<
  ErrorCode | 'OFFLINE' | 'TIMEOUT' | 'BROWSER_UNSUPPORTED',
  FailureText
>;

/** Every word that people read. A language that lacks one does not compile. */
export interface Texts {
  /** BCP 47 tag for dates and lists. */
  locale: string;
  app: Record<
    | 'name'
    | 'sections'
    | 'meetings'
    | 'tagline'
    | 'skipToContent'
    | 'loading'
    | 'retry'
    | 'cancel'
    | 'close'
    | 'save'
    | 'back'
    | 'copied'
    | 'home'
    | 'startPage'
    | 'crashed'
    | 'crashedHint'
    | 'reload'
    | 'notFound'
    | 'notFoundHint'
    | 'errorId',
    string
  > & { unseen: (count: number) => string };
  account: Record<
    | 'signIn'
    | 'signUp'
    | 'signOut'
    | 'signInTitle'
    | 'signUpTitle'
    | 'email'
    | 'name'
    | 'password'
    | 'passwordHint'
    | 'haveAccount'
    | 'noAccount'
    | 'guestHint',
    string
  >;
  home: Record<
    | 'title'
    | 'newMeeting'
    | 'instant'
    | 'schedule'
    | 'joinByCode'
    | 'codeLabel'
    | 'codePlaceholder'
    | 'codeWrong'
    | 'join'
    | 'empty'
    | 'emptyHint'
    | 'more'
    | 'copyLink'
    | 'copyCode'
    | 'open'
    | 'edit'
    | 'end'
    | 'endConfirmHint'
    | 'ended'
    | 'locked'
    | 'passcode',
    string
  > &
    Record<'endConfirm' | 'starts' | 'created' | 'instantTitle', (value: string) => string>;
  newMeeting: Record<
    | 'title'
    | 'name'
    | 'starts'
    | 'ends'
    | 'optional'
    | 'passcode'
    | 'passcodeHint'
    | 'capacity'
    | 'access'
    | 'accessLink'
    | 'accessMembers'
    | 'accessInvited'
    | 'allowGuests'
    | 'invited'
    | 'invitedHint'
    | 'create'
    | 'editTitle'
    | 'passcodeKept'
    | 'passcodeRemove'
    | 'locked'
    | 'endBeforeStart'
    | 'waitingRoom'
    | 'moreOptions',
    string
  >;
  lobby: Record<
    | 'title'
    | 'yourName'
    | 'nameMissing'
    | 'passcode'
    | 'join'
    | 'joining'
    | 'signInInstead'
    | 'asGuest'
    | 'recordedAutomatically'
    | 'cameraOff'
    | 'cameraStarting'
    | 'camera'
    | 'microphone'
    | 'speaker'
    | 'testSpeaker'
    | 'defaultDevice'
    | 'noDevice'
    | 'explainTitle'
    | 'explain'
    | 'allow'
    | 'without'
    | 'moveHere'
    | 'moveHereHint'
    | 'besideHere'
    | 'besideHereHint'
    | 'inputLevel'
    | 'returning',
    string
  > &
    Record<'hostedBy' | 'startsAt' | 'startsIn', (value: string) => string>;
  devices: Record<
    | 'deniedHint'
    | 'dismissedHint'
    | 'notFoundHint'
    | 'busyHint'
    | 'insecureHint'
    | 'failedHint'
    | 'camera'
    | 'microphone'
    | 'both',
    string
  > &
    Record<
      'denied' | 'dismissed' | 'notFound' | 'busy' | 'insecure' | 'failed',
      (device: string) => string
    >;
  meeting: Record<
    | 'stage'
    | 'controls'
    | 'micOn'
    | 'micOff'
    | 'cameraOn'
    | 'cameraOff'
    | 'share'
    | 'stopShare'
    | 'sharing'
    | 'raiseHand'
    | 'lowerHand'
    | 'react'
    | 'people'
    | 'settings'
    | 'layout'
    | 'grid'
    | 'speakerView'
    | 'fullScreen'
    | 'exitFullScreen'
    | 'pictureInPicture'
    | 'more'
    | 'leave'
    | 'leaveMeeting'
    | 'endForAll'
    | 'endConfirm'
    | 'endConfirmHint'
    | 'you'
    | 'microphoneOffOf'
    | 'handUp'
    | 'reconnectingOf'
    | 'alone'
    | 'aloneHint'
    | 'invite'
    | 'link'
    | 'code'
    | 'copyLink'
    | 'copyCode'
    | 'timer'
    | 'previousPage'
    | 'nextPage'
    | 'moveSelf'
    | 'soundBlocked'
    | 'turnOnSound'
    | 'talking'
    | 'sending'
    | 'receiving'
    | 'sectionHands'
    | 'sectionPeople'
    | 'ongoing'
    | 'goBack'
    | 'notAllowed',
    string
  > &
    Record<'sharedBy' | 'screenOf' | 'youAre' | 'pin' | 'unpin', (name: string) => string> & {
      reactions: Record<Reaction, string>;
      reacted: (name: string, what: string) => string;
      roles: Record<Role, string>;
      /** From no connection to an excellent one. */
      quality: readonly [string, string, string, string, string];
      qualityOf: (name: string, text: string, side: string | null) => string;
      page: (current: number, all: number) => string;
      peopleCount: (count: number) => string;
    };
  connection: Record<
    | 'offline'
    | 'offlineHint'
    | 'reconnecting'
    | 'server'
    | 'place'
    | 'rejoin'
    | 'path'
    | 'rebuild'
    | 'retryNow',
    string
  > & { attempt: (count: number) => string };
  notices: Record<
    | 'joined'
    | 'left'
    | 'hand-raised'
    | 'share-started'
    | 'device-lost'
    | 'device-changed'
    | `${'microphone' | 'camera'}-${'missing' | 'denied' | 'busy' | 'failed' | 'interrupted' | 'back'}`
    | 'action-failed'
    | 'locked'
    | 'unlocked'
    | 'on-air'
    | 'off-air'
    | 'recording-began'
    | 'recording-ended'
    | 'recording-waiting'
    | 'microphone-stopped'
    | 'camera-stopped'
    | 'screen-stopped'
    | 'made-host'
    | 'made-cohost'
    | 'made-participant'
    | 'new-host',
    Names
  >;
  over: Record<
    'left' | 'ended' | 'moved' | 'removed' | 'banned' | 'failed' | 'bannedHint' | 'rejoin',
    string
  > & {
    duration: (time: string) => string;
    met: Names;
  };
  /** What pages and meetings say of live rooms; everything else of them is in `liveTexts.ts`. */
  live: Record<'title' | 'recordings' | 'broadcast' | 'onAir' | 'recording', string>;
  hosting: HostingTexts;
  calls: CallsTexts;
  people: PeopleTexts;
  chat: ChatTexts;
  admin: AdminTexts;
  settings: Record<
    | 'title'
    | 'devices'
    | 'appearance'
    | 'theme'
    | 'system'
    | 'light'
    | 'dark'
    | 'language'
    | 'sounds'
    | 'notifications'
    | 'shortcuts',
    string
  > & { languages: Record<'en' | 'de', string> };
  shortcuts: Record<
    | 'title'
    | 'microphone'
    | 'camera'
    | 'talk'
    | 'share'
    | 'hand'
    | 'answer'
    | 'people'
    | 'chat'
    | 'layout'
    | 'fullScreen'
    | 'help'
    | 'space',
    string
  >;
  time: Record<'duration' | 'waited', (minutes: number) => string> &
    Record<'retryIn', (seconds: number) => string>;
  failures: FailureTexts;
  /** The same code as a session that is over, where somebody has just typed a password. */
  signInWrong: FailureText;
}
