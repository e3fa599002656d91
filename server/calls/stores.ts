import type {
  CallEntry,
  CallMinute,
  CallOutcome,
  TimelineMinute,
} from '../../protocol/callHistory.ts';
import type { PersonView } from '../../protocol/people.ts';
import type { Cursor } from '../core/cursor.ts';
import type { Call, Refusal, Step } from './Call.ts';
import type { LogRow } from './logRows.ts';

/** What a change did. */
export interface Changed extends Step {
  before: Call;
}

/** Calls, each changed by one transaction at a time, whatever node asks for it. */
export interface CallStore {
  /**
   * Stores a new call with the people that it takes, as `decide` has it by who of them is in no other
   * one; nothing when it answers null. One that has ended at once is logged.
   */
  begin(
    call: Call,
    takes: readonly string[],
    decide: (taken: ReadonlySet<string>) => Step | null,
    rowsOf: (call: Call) => readonly LogRow[],
  ): Promise<Step | null>;
  /**
   * Changes a call as `decide` has it. When it ends its people are free, and it is in the logs, at once.
   * Null: there is no such call.
   */
  change(
    callId: string,
    decide: (call: Call) => Step | Refusal,
    rowsOf: (call: Call) => readonly LogRow[],
  ): Promise<Changed | Refusal | null>;
  find(callId: string): Promise<Call | null>;
  /** The call that somebody is in, or that rings at them. */
  findLive(userId: string): Promise<Call | null>;
  /** Ids of calls for which something is due. */
  due(now: number, limit: number): Promise<string[]>;
  /** The connections of all live calls whose party is not known to be lost. */
  boundConnections(): Promise<{ callId: string; connectionId: string }[]>;
  countLive(): Promise<number>;
  /** Forgets calls that ended before: they are in the logs. */
  purge(endedBefore: number): Promise<void>;
}

/** Accounts, as a call needs them. */
export interface CallPeople {
  find(userIds: readonly string[]): Promise<PersonView[]>;
  apartFrom(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface HistoryFilter {
  kind?: 'call' | 'meeting';
  outcome?: CallOutcome;
  direction?: 'incoming' | 'outgoing';
  with?: string;
}

export interface HistoryStore {
  /** Newest first. @param since nothing that began before */
  list(
    userId: string,
    filter: HistoryFilter,
    page: { before: Cursor | null; limit: number; since: number },
  ): Promise<CallEntry[]>;
  read(
    userId: string,
    callId: string,
    since: number,
  ): Promise<{
    entry: CallEntry;
    path: string | null;
    message: string | null;
    timeline: TimelineMinute[];
  } | null>;
  countMissed(userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  markSeen(userId: string): Promise<void>;
  /** The latest stay of somebody who is in a meeting, or has left it after that moment. */
  findStay(
    userId: string,
    meetingId: string,
    leftAfter: number,
  ): Promise<{ id: string; since: number } | null>;
  /** Keeps one row for each minute: what tells of most of it, and of the same the first that came. */
  addMinute(
    userId: string,
    ofId: string,
    minute: number,
    at: number,
    values: CallMinute,
  ): Promise<void>;
  purge(before: number): Promise<void>;
}
