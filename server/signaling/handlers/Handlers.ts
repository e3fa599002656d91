import type { RequestInput, RequestName, RequestOutput } from '../../../protocol/requests.ts';
import type { Meeting } from '../../meetings/Meeting.ts';
import type { Caller } from '../../meetings/ownerOperations.ts';

/** Answers one request whose payload has been parsed, in a meeting that this node owns. @throws AppError */
type Handler<N extends RequestName> = (
  meeting: Meeting,
  caller: Caller,
  input: RequestInput<N>,
) => Promise<RequestOutput<N>> | RequestOutput<N>;

/** One for each request: a missing one does not compile. */
export type Handlers = { readonly [N in RequestName]: Handler<N> };
