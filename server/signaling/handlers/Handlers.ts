import type { RequestInput, RequestName, RequestOutput } from '../../../protocol/requests.ts';
import type { Connection } from '../Connection.ts';

/** Answers one request whose payload has been parsed. @throws AppError */
type Handler<N extends RequestName> = (
  connection: Connection,
  input: RequestInput<N>,
) => Promise<RequestOutput<N>> | RequestOutput<N>;

/** One for each request: a missing one does not compile. */
export type Handlers = { readonly [N in RequestName]: Handler<N> };
