import { z } from 'zod';

/** Identifier of a meeting, participant, producer …: opaque to clients. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'an identifier');

/** A meeting's id or its join code, with or without dashes, in any case. */
export const meetingRef = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a meeting id or join code');

/** ISO 8601 instant in UTC, as `Date.prototype.toISOString` prints it. */
export const instant = z.iso.datetime();

/** Well-formed text in one line: no control characters, which databases and screens do not take. */
export const LINE = /^[^\p{Cc}\p{Cs}]*$/u;
/** The same with line breaks and tabs. */
export const LINES = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u;

/** A person's name as shown to others: 1–80 characters, no control characters. */
export const displayName = z.string().trim().min(1).max(80).regex(LINE, 'no control characters');

/** Of a meeting, room or recording: 1–120 characters in one line. */
export const title = z.string().trim().min(1).max(120).regex(LINE, 'no control characters');

/**
 * What a host writes to those who wait or are turned away: 1–300 characters, no control characters but line
 * breaks and tabs.
 */
export const hostMessage = z.string().trim().min(1).max(300).regex(LINES, 'well-formed text');

export const email = z.email().max(254).toLowerCase();

/** 10–200 characters: length is what makes a password strong (NIST SP 800-63B). */
export const password = z.string().min(10).max(200);

export const passcode = z.string().min(4).max(64);

/** Random identifier that a browser keeps, so that a reload is known to be the same device. */
export const deviceId = id;

/** State clients hold is numbered: `epoch` grows when a meeting's owner changes, `seq` with every notification. */
export const epoch = z.int().nonnegative();
export const seq = z.int().nonnegative();
export const stamp = { epoch, seq };

/** Most entries of one page of a list. */
export const MAX_PAGE = 100;

/** How many entries a list answers. @param usual without being asked for a number */
export const pageLimit = (usual: number) =>
  z.coerce.number().int().min(1).max(MAX_PAGE).default(usual);

/** Which entries of a list are wanted. @param usual how many, without being asked for a number */
export const pageOf = (usual = 20) => ({
  /** Opaque cursor from the page before: its `next`. */
  before: z.string().max(200).optional(),
  limit: pageLimit(usual),
});

/** Counts the moves of a participant's media. */
export const moveId = z.int().positive();

/** What every request within a meeting has. */
export const inMeeting = { meetingId: id };

/** Largest number of objects that one batched request may name. */
export const MAX_BATCH = 256;

export const batchOf = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(MAX_BATCH);
