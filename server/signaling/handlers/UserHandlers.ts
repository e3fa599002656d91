import type { RequestInput, RequestOutput, UserRequestName } from '../../../protocol/requests.ts';
import type { Principal } from '../../auth/Principal.ts';

/** Who asks, and from where. */
export interface UserCaller {
  readonly connectionId: string;
  readonly principal: Principal;
  /** What limits per address count under. */
  readonly address: string;
  /** Whether the connection is still there: what took long may be for nobody. */
  readonly isConnected: boolean;
  /** From now on the connection gets what is delivered to the channel. */
  follow(channel: string): void;
  unfollow(channel: string): void;
}

/** Answers one request whose payload has been parsed. @throws AppError */
export type UserHandler<N extends UserRequestName> = (
  caller: UserCaller,
  input: RequestInput<N>,
) => Promise<RequestOutput<N>> | RequestOutput<N>;

/** One for each request: a missing one does not compile. */
export type UserHandlers = { readonly [N in UserRequestName]: UserHandler<N> };
