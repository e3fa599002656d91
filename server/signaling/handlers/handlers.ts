import type { RequestInput, RequestName, RequestOutput } from '../../../protocol/requests.ts';
import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Connection } from '../Connection.ts';
import { mediaHandlers } from './media.ts';
import { meetingHandlers } from './meetings.ts';
import { participationHandlers } from './participation.ts';

/** Answers one request whose payload has been parsed. @throws AppError */
type Handler<N extends RequestName> = (
  connection: Connection,
  input: RequestInput<N>,
) => Promise<RequestOutput<N>> | RequestOutput<N>;

/** One for each request: a missing one does not compile. */
export type Handlers = { readonly [N in RequestName]: Handler<N> };

export function createHandlers(meetings: MeetingManager): Handlers {
  return {
    ...meetingHandlers(meetings),
    ...mediaHandlers(meetings),
    ...participationHandlers(meetings),
  };
}
