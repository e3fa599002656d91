import type {
  MeetingRequestName,
  RequestInput,
  RequestOutput,
} from '../../../protocol/requests.ts';
import type { Meeting } from '../../meetings/Meeting.ts';
import type { Caller } from '../../meetings/ownerOperations.ts';

/** Answers one request whose payload has been parsed, in a meeting that this node owns. @throws AppError */
type Handler<N extends MeetingRequestName> = (
  meeting: Meeting,
  caller: Caller,
  input: RequestInput<N>,
) => Promise<RequestOutput<N>> | RequestOutput<N>;

/** One for each request that owners of meetings answer: a missing one does not compile. */
export type Handlers = { readonly [N in MeetingRequestName]: Handler<N> };
