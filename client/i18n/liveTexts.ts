import type { LiveHealth, LiveState, PushView } from '../../protocol/live.ts';
import type { ListenerChat } from '../../protocol/liveChat.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { FailureText } from './texts.ts';

/** Words of a listener's page: they come with it, and nobody else loads them. */
export interface LiveTexts {
  pin: Record<
    | 'title'
    | 'hint'
    | 'label'
    | 'enter'
    | 'entering'
    | 'slow'
    | 'lost'
    | 'lostHint'
    | 'wrong'
    | 'host',
    string
  > & {
    tooMany: (time: string) => string;
  };
  scenes: Record<
    | 'notBegun'
    | 'notBegunHint'
    | 'starting'
    | 'startingHint'
    | 'interrupted'
    | 'interruptedHint'
    | 'over'
    | 'overHint'
    | 'preparing'
    | 'replay'
    | 'replayHint'
    | 'removed'
    | 'removedHint'
    | 'unknown'
    | 'unknownHint'
    | 'offline'
    | 'offlineHint'
    | 'unsupported'
    | 'unsupportedHint'
    | 'troubled'
    | 'troubledHint'
    | 'soundOnly'
    | 'onAir',
    string
  >;
  player: Record<
    | 'label'
    | 'play'
    | 'pause'
    | 'bigPlay'
    | 'tapForSound'
    | 'mute'
    | 'unmute'
    | 'volume'
    | 'quality'
    | 'auto'
    | 'audioOnly'
    | 'backToLive'
    | 'live'
    | 'fullScreen'
    | 'exitFullScreen'
    | 'pictureInPicture'
    | 'buffering'
    | 'paused'
    | 'playing'
    | 'keys',
    string
  > & {
    /** What the line bears at present: "Auto (720p)". */
    autoOf: (quality: string) => string;
    qualityIs: (quality: string) => string;
    volumeIs: (percent: number) => string;
    delay: (seconds: number) => string;
    listeners: (count: number) => string;
  };
  chat: Record<
    | 'title'
    | 'hide'
    | 'show'
    | 'empty'
    | 'emptyReading'
    | 'message'
    | 'placeholder'
    | 'send'
    | 'sending'
    | 'notSent'
    | 'again'
    | 'discard'
    | 'you'
    | 'stage'
    | 'edited'
    | 'readOnly'
    | 'closed'
    | 'closedHint'
    | 'away'
    | 'name'
    | 'nameHint'
    | 'nameWrong'
    | 'join'
    | 'rename'
    | 'toNewest',
    string
  > & {
    as: (name: string) => string;
    unseen: (count: number) => string;
    /** For a screen reader. */
    wrote: (name: string, content: string) => string;
    many: (count: number) => string;
  };
  /** For hosts. */
  own: Record<
    | 'title'
    | 'hint'
    | 'create'
    | 'createHint'
    | 'createLink'
    | 'name'
    | 'nameHint'
    | 'nameWrong'
    | 'nameTaken'
    | 'roomTitle'
    | 'pin'
    | 'pinHint'
    | 'pinWrong'
    | 'newPin'
    | 'suggest'
    | 'link'
    | 'copyLink'
    | 'copyPin'
    | 'copyBoth'
    | 'pinUnknown'
    | 'start'
    | 'starting'
    | 'stop'
    | 'stopping'
    | 'stopTitle'
    | 'stopHint'
    | 'changePin'
    | 'changePinHint'
    | 'remove'
    | 'removeTitle'
    | 'removeHint'
    | 'removeOnAirHint'
    | 'openMeeting'
    | 'openRoom'
    | 'empty'
    | 'emptyHint'
    | 'more'
    | 'goLive'
    | 'goLiveHint'
    | 'preview'
    | 'hidePreview'
    | 'previewHint'
    | 'health'
    | 'healthAway'
    | 'speed'
    | 'dropped'
    | 'delay'
    | 'restarts'
    | 'listeners'
    | 'mixer'
    | 'behind'
    | 'pushes'
    | 'pushesHint'
    | 'noPushes'
    | 'pushUrl'
    | 'pushUrlHint'
    | 'pushUrlWrong'
    | 'pushAdd'
    | 'pushRemove'
    | 'chat'
    | 'chatHint'
    | 'replay'
    | 'replayHint',
    string
  > & {
    states: Record<LiveState, string>;
    chats: Record<ListenerChat, string>;
    interrupted: string;
    healthStates: Record<LiveHealth['state'], string>;
    /** There are as many as there may be. */
    pushesFull: FailureText;
    pushStates: Record<PushView['state'], string>;
    seconds: (seconds: string) => string;
    ofName: (action: string, title: string) => string;
    failures: Partial<Record<ErrorCode, FailureText>>;
    /** What is sent to those who are to listen. */
    invite: (title: string, link: string, pin: string) => string;
    since: (when: string) => string;
  };
}
