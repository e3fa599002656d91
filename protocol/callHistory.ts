import { z } from 'zod';
import { id, instant, pageOf } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

/** What became of it. A meeting that one was in counts as answered. */
export const callOutcome = z.enum([
  ...['answered', 'missed', 'declined', 'cancelled', 'busy', 'failed'],
] as const);
export type CallOutcome = z.infer<typeof callOutcome>;

export const callKind = z.enum(['call', 'meeting']);

/** Whether one was called, or asked in, or did so. */
export const callDirection = z.enum(['incoming', 'outgoing']);

/** How one minute was, or a part of one, as the browser counted: what is beyond the bounds is refused. */
export const callMinute = z.strictObject({
  /** Round trip in milliseconds; null: not measured. */
  rttMs: z.number().min(0).max(60_000).nullable(),
  /** Share of what the others sent that did not arrive, 0 to 1. */
  loss: z.number().min(0).max(1),
  /** Received, in bits per second. */
  bitrate: z.number().min(0).max(1_000_000_000),
  /** Pictures that stood still, and sound that had to be made up for 200 ms or more. */
  freezes: z.int().min(0).max(1_000),
  /** How much of the minute it was: less when somebody has come or left in the middle of it. */
  seconds: z.int().min(1).max(60).default(60),
});
export type CallMinute = z.infer<typeof callMinute>;

/** A call or a meeting in one's history. */
export const callEntry = z.object({
  /** Of the call; for a meeting, of one's stay in it. */
  callId: id,
  kind: callKind,
  /** The other one, or the meeting with its title. */
  with: z.object({ id, name: z.string() }),
  /** Names of others who were there, five at most. */
  people: z.array(z.string()),
  callType: z.enum(['audio', 'video']),
  /** By the server's clock, as are the durations. */
  startedAt: instant,
  /** Whole seconds from the answer, or from coming in; 0 for what was not answered. */
  durationSec: z.int().nonnegative(),
  /** How many were there in all. */
  participantCount: z.int().nonnegative(),
  /** … and at most at once. */
  peakCount: z.int().nonnegative(),
  direction: callDirection,
  outcome: callOutcome,
  /** How it ended: `hung-up`, `timeout`, `busy`, `lost`, …; for a meeting, how one left. */
  reason: z.string(),
  /** Whether it goes on. */
  ongoing: z.boolean(),
});
export type CallEntry = z.infer<typeof callEntry>;

/** One minute of a call's timeline. */
export const timelineMinute = callMinute.extend({
  /** Counted from the answer, or from coming in. */
  minute: z.int().nonnegative(),
});
export type TimelineMinute = z.infer<typeof timelineMinute>;

const filters = {
  kind: callKind.exactOptional(),
  outcome: callOutcome.exactOptional(),
  direction: callDirection.exactOptional(),
  /** With this account, or in this meeting. */
  with: id.exactOptional(),
};

export const callHistoryRoutes = {
  /** One's calls and meetings, newest first. */
  listCallLogs: {
    method: 'GET',
    path: '/api/call-logs',
    auth: 'account',
    status: 200,
    query: z.strictObject({
      ...pageOf(),
      ...filters,
    }),
    body: null,
    response: z.object({
      entries: z.array(callEntry),
      next: z.string().nullable(),
      /** Missed calls that nobody has looked at. */
      missed: z.int(),
    }),
    refusals: [],
  },
  /** The same as a table for other programs: the latest 5,000. */
  exportCallLogs: {
    method: 'GET',
    path: '/api/call-logs/export',
    auth: 'account',
    status: 200,
    query: z.strictObject(filters),
    body: null,
    response: z.object({
      /** Comma-separated values (RFC 4180), with a header; no cell begins as a formula does. */
      csv: z.string(),
    }),
    refusals: [],
  },
  /** Missed calls were looked at: they are counted no more. */
  markCallsSeen: {
    method: 'POST',
    path: '/api/call-logs/seen',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ missed: z.int() }),
    refusals: [],
  },
  /** One of one's own calls or meetings, with how it was minute by minute. */
  readCall: {
    method: 'GET',
    path: '/api/calls/:callId',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({
      entry: callEntry,
      /** Candidate type that media went by; null for meetings and what was not connected. */
      path: z.string().nullable(),
      /** What was said when it was declined. */
      message: z.string().nullable(),
      timeline: z.array(timelineMinute),
    }),
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, RouteSchema>;
