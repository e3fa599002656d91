import type { z } from 'zod';
import { callRequests } from './calls.ts';
import { chatRequests } from './chat.ts';
import { mediaRequests } from './mediaRequests.ts';
import { meetingRequests } from './meetingRequests.ts';
import { peopleRequests } from './people.ts';
import type { RequestSchema } from './schemas.ts';

/** What concerns people outside of meetings: the node that their connection is at answers it. */
const userRequests = { ...chatRequests, ...peopleRequests, ...callRequests };

/** Every client → server request. */
export const requests = {
  ...meetingRequests,
  ...mediaRequests,
  ...userRequests,
} as const satisfies Record<string, RequestSchema>;

export type RequestName = keyof typeof requests;
export type RequestInput<N extends RequestName> = z.infer<(typeof requests)[N]['input']>;
export type RequestOutput<N extends RequestName> = z.infer<(typeof requests)[N]['output']>;

export type UserRequestName = keyof typeof userRequests;
/** What the owner of a meeting answers. */
export type MeetingRequestName = Exclude<RequestName, UserRequestName>;

export function isUserRequest(name: RequestName): name is UserRequestName {
  return Object.hasOwn(userRequests, name);
}
