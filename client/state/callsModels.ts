import type { ReadonlySignal } from '@preact/signals';
import type { CallEntry, CallOutcome, TimelineMinute } from '../../protocol/callHistory.ts';
import type { CallType } from '../../protocol/calls.ts';
import type { Failure, Loadable } from './models.ts';

/** Somebody to be called, or who calls. */
export interface Callable {
  id: string;
  name: string;
}

/**
 * How a call came to its end. `moved`: it goes on as a meeting, which is entered; `elsewhere`: on
 * another device; `could-not`: it did not begin, `failure` says why.
 */
export type CallEnd =
  | 'hung-up'
  | 'they-hung-up'
  | 'cancelled'
  | 'declined'
  | 'busy'
  | 'offline'
  | 'timeout'
  | 'lost'
  | 'failed'
  | 'could-not';

export type CallPhase =
  | { is: 'outgoing' }
  | { is: 'incoming'; /** Asked into a meeting instead. */ intoMeeting: boolean }
  /** Answered, and no media yet. */
  | { is: 'connecting' }
  | {
      is: 'talking';
      /** When it was answered, in milliseconds of this browser's clock. */
      since: number;
      /** No path at the moment. */
      interrupted: boolean;
    }
  /** It goes on as a meeting; when that is entered, its page is there. */
  | { is: 'moving'; code: string; reason: 'invited' | 'no-path'; entered: boolean }
  | {
      is: 'over';
      end: CallEnd;
      message: string | null;
      failure: Failure | null;
      durationMs: number;
    };

/** The call that this page is in, or that rings. */
export interface CurrentCall {
  /** Null until the server has given it one. */
  readonly callId: string | null;
  readonly person: Callable;
  readonly callType: CallType;
  readonly phase: CallPhase;
}

/** Whether one is in a call: it has one's microphone. Not while it only rings here, nor when it is over. */
export function isUnderWay(call: CurrentCall | null | undefined): call is CurrentCall {
  return !!call && call.phase.is !== 'incoming' && call.phase.is !== 'over';
}

export interface HistoryFilters {
  kind: 'call' | 'meeting' | null;
  outcome: CallOutcome | null;
  direction: 'incoming' | 'outgoing' | null;
  /** Somebody, or a meeting. */
  with: Callable | null;
}

/** Everything. */
export const NO_FILTERS: HistoryFilters = {
  kind: null,
  outcome: null,
  direction: null,
  with: null,
};

export interface CallDetail {
  entry: CallEntry;
  path: string | null;
  message: string | null;
  timeline: readonly TimelineMinute[];
}

/** One's own calls and meetings. */
export interface CallHistoryModel {
  readonly entries: ReadonlySignal<Loadable<readonly CallEntry[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly filters: ReadonlySignal<HistoryFilters>;
  setFilters(filters: HistoryFilters): Promise<void>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  /** They were looked at: the badge goes. */
  markSeen(): Promise<void>;
  /** @throws RequestError */
  read(callId: string): Promise<CallDetail>;
  /** Comma-separated values. @throws RequestError */
  export(): Promise<string>;
}

/** Ringing, being rung, and what became of calls. */
export interface CallsModel {
  /** What nobody has looked at yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
  readonly current: ReadonlySignal<CurrentCall | null>;
  /** The other one's camera; null while there is nothing to see. */
  readonly theirVideo: ReadonlySignal<MediaStreamTrack | null>;
  /** True when the browser refuses to play sound until the user clicks. */
  readonly soundBlocked: ReadonlySignal<boolean>;
  readonly history: CallHistoryModel;
  /** Rings somebody; what comes of it is told by `current`. Nothing while one is in another call. */
  call(person: Callable, callType: CallType): Promise<void>;
  /** Takes what rings. */
  answer(withVideo: boolean): Promise<void>;
  decline(message?: string): Promise<void>;
  /** Cancels or ends. */
  hangUp(): Promise<void>;
  /** Has the call go on as a meeting that these come to, too. @throws RequestError */
  invite(userIds: readonly string[]): Promise<void>;
  /** Puts away what is over. */
  dismiss(): void;
  /** The page of the meeting that it goes on in is there, under this call's. */
  meetingShown(): void;
  unblockSound(): Promise<void>;
}
