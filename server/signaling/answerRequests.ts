import type { MeetingManager } from '../meetings/MeetingManager.ts';
import type { AnswerRequest } from '../meetings/serveOwned.ts';
import { createHandlers } from './handlers/createHandlers.ts';
import type { Caller } from '../meetings/ownerOperations.ts';
import type { Meeting } from '../meetings/Meeting.ts';

/** Answers parsed requests of clients, whichever node they are on, in the meetings of this one. */
export function answerRequests(meetings: MeetingManager): AnswerRequest {
  const handlers = createHandlers(meetings);
  return (meeting, { caller, name, input }) => {
    // The compiler cannot see that a name's parsed input fits that name's handler.
    const handler = handlers[name] as (meeting: Meeting, caller: Caller, input: unknown) => unknown;
    return handler(meeting, caller, input);
  };
}
