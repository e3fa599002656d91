import { sleep } from '../api/sleep.ts';

/** How long what flows between the two goes on beside a meeting that is not heard yet. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 150;

/** A meeting that was entered for a call. */
export interface EnteredMeeting {
  /** Whether somebody's sound arrives by it. */
  hears(userId: string): Promise<boolean>;
}

/** Settles when somebody is heard in the meeting, or has not been for too long to wait for it. */
export async function untilHeard(meeting: EnteredMeeting, userId: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until && !(await meeting.hears(userId))) await sleep(LOOK_MS);
}
