import type { RecordingState } from '../../protocol/recordings.ts';
import type { FailureText } from './texts.ts';

/** Words of recordings: they come with their pages, and nobody else loads them. */
export interface RecordingTexts {
  page: Record<
    'title' | 'hint' | 'empty' | 'emptyHint' | 'more' | 'play' | 'share' | 'rename' | 'remove',
    string
  > & {
    ofName: (act: string, title: string) => string;
    expires: (date: string) => string;
  };
  states: Record<RecordingState, string>;
  stateHints: Record<RecordingState, string | null>;
  play: Record<'tracks' | 'tracksHint' | 'download' | 'noPicture', string> & {
    begins: (offset: string) => string;
  };
  /** Of what stands beside the player. */
  beside: Record<'download' | 'show' | 'hide' | 'follow', string> & {
    ofName: (act: string, title: string) => string;
    seek: (offset: string) => string;
  };
  chat: Record<'title' | 'none' | 'edited', string>;
  transcript: Record<'title' | 'hint' | 'add' | 'replace' | 'remove', string> & {
    invalid: FailureText;
  };
  sources: Record<'microphone' | 'camera' | 'screen' | 'screen-audio', string>;
  share: Record<
    | 'title'
    | 'hint'
    | 'days'
    | 'withChat'
    | 'withChatHint'
    | 'showsChat'
    | 'make'
    | 'link'
    | 'once'
    | 'copy'
    | 'links'
    | 'none'
    | 'revoke',
    string
  > & {
    until: (date: string) => string;
  };
  rename: Record<'title' | 'label' | 'save', string>;
  remove: Record<'title' | 'hint' | 'goingOnHint' | 'action', string>;
  tools: Record<
    | 'title'
    | 'hint'
    | 'composite'
    | 'compositeHint'
    | 'tracks'
    | 'tracksHint'
    | 'start'
    | 'stop'
    | 'starting'
    | 'stopping'
    | 'all',
    string
  > & {
    since: (time: string) => string;
  };
  shared: Record<'title' | 'gone' | 'goneHint' | 'notReady' | 'notReadyHint', string>;
  failures: Partial<Record<'NO_CAPACITY' | 'NOT_FOUND' | 'INVALID_STATE', FailureText>>;
}
