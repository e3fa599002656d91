import type { MeetingRequestName, RequestInput, RequestOutput } from '../../protocol/requests.ts';
import { requests } from '../../protocol/requests.ts';
import { AppError } from '../core/AppError.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import type { Owners } from '../meetings/Owners.ts';
import type { Connection } from './Connection.ts';
import type { Pulse } from './Pulse.ts';
import { isGone, isUnavailable } from './refusals.ts';
import type { Seats } from './Seats.ts';

export interface EdgeRequestsDeps {
  meetings: Pick<MeetingService, 'read' | 'end'>;
  owners: Owners;
  seats: Seats;
  pulse: Pick<Pulse, 'since'>;
}

/** A request, and whether anybody still waits for it. */
interface Asked {
  connection: Connection;
  /** @throws AppError INVALID_STATE when its client has gone while this process stood still */
  proceed: () => Promise<void>;
}

/** Takes parsed requests of this node's clients that concern a meeting to the meeting's owner. */
export class EdgeRequests {
  readonly #deps: EdgeRequestsDeps;

  constructor(deps: EdgeRequestsDeps) {
    this.#deps = deps;
  }

  /** @throws AppError */
  async answer<N extends MeetingRequestName>(
    connection: Connection,
    name: N,
    input: RequestInput<N>,
  ): Promise<RequestOutput<N>> {
    const asked = { connection, proceed: this.#whileWanted(connection) };
    const answer: unknown = await this.#answer(asked, name, input);
    // The owner's handler of this name has answered.
    return answer as RequestOutput<N>;
  }

  /** What becomes of the place in the meeting, after whatever the connection still has in hand. */
  depart(connection: Connection, how: 'closed by its client' | 'lost' | 'revoked'): Promise<void> {
    return connection.lifecycle.post(async () => {
      const { seat, id: connectionId } = connection;
      if (!seat) return;
      const { owners, seats } = this.#deps;
      const { meetingId } = seat;
      const departed = { connectionId, how };
      seats.release(connection);
      try {
        await owners.ask(meetingId, 'lost', departed, { create: false, repeatable: true });
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        seats.tellLater(meetingId, departed, error);
      }
    });
  }

  /** What its client has done since at another node is later, however late this one gets to it. */
  #whileWanted(connection: Connection): Asked['proceed'] {
    const beganAt = performance.now();
    return async () => {
      const woken = this.#deps.pulse.since(beganAt);
      if (!woken) return;
      await woken;
      if (connection.isGone) throw new AppError('INVALID_STATE');
    };
  }

  #answer(asked: Asked, name: MeetingRequestName, input: unknown): Promise<unknown> {
    const { lifecycle } = asked.connection;
    if (name === 'join-meeting') {
      return lifecycle.post(() => this.#join(asked, input as RequestInput<typeof name>));
    }
    if (name === 'resume-meeting') {
      return lifecycle.post(() => this.#resume(asked, input as RequestInput<typeof name>));
    }
    if (name === 'leave-meeting') {
      return lifecycle.post(() => this.#leave(asked, input as RequestInput<typeof name>));
    }
    if (name === 'end-meeting') {
      return this.#end(asked, input as RequestInput<typeof name>);
    }
    return this.#ask(asked, name, input as RequestInput<typeof name>);
  }

  async #join(asked: Asked, input: RequestInput<'join-meeting'>) {
    const { connection } = asked;
    const { id: meetingId, endedAt } = await this.#deps.meetings.read(input.meetingId);
    if (endedAt !== null) throw new AppError('ENDED');
    await this.#assertFree(connection, meetingId);
    const { seats } = this.#deps;
    return seats.entering(connection, meetingId, async () => {
      const answer = await this.#ask(asked, 'join-meeting', { ...input, meetingId }, true);
      const { participantId } = answer as RequestOutput<'join-meeting'>;
      seats.take(connection, { meetingId, participantId });
      return answer;
    });
  }

  async #resume(asked: Asked, input: RequestInput<'resume-meeting'>) {
    const { connection } = asked;
    const { meetingId, participantId } = input;
    await this.#assertFree(connection, meetingId);
    const { seats } = this.#deps;
    return seats.entering(connection, meetingId, async () => {
      try {
        const answer = await this.#ask(asked, 'resume-meeting', input, true);
        seats.take(connection, { meetingId, participantId });
        return answer;
      } catch (error) {
        if (!isGone(error)) throw error;
        throw new AppError('INVALID_STATE', { message: 'You are no longer in this meeting.' });
      }
    });
  }

  // Whoever is in no meeting has left: a repeated request finds it so.
  async #leave(asked: Asked, input: RequestInput<'leave-meeting'>) {
    const { connection } = asked;
    const { seat } = connection;
    if (!seat) return {};
    if (seat.meetingId !== input.meetingId) {
      if (!(await this.#holds(connection))) return {};
      throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
    }
    const answer = await this.#ask(asked, 'leave-meeting', input);
    this.#deps.seats.release(connection);
    return answer;
  }

  async #end(asked: Asked, input: RequestInput<'end-meeting'>) {
    const { principal, seat } = asked.connection;
    if (seat?.meetingId === input.meetingId) return this.#ask(asked, 'end-meeting', input);
    if (principal.kind !== 'account') throw new AppError('FORBIDDEN');
    await this.#deps.meetings.end(principal, input.meetingId);
    return {};
  }

  /** @throws AppError INVALID_STATE while the connection has a place in another meeting */
  async #assertFree(connection: Connection, meetingId: string): Promise<void> {
    if (!connection.seat || connection.seat.meetingId === meetingId) return;
    if (await this.#holds(connection)) {
      throw new AppError('INVALID_STATE', { message: 'Leave the other meeting first.' });
    }
    this.#deps.seats.release(connection);
  }

  /** Whether the place that the connection took last is still its own. */
  async #holds({ id: connectionId, seat }: Connection): Promise<boolean> {
    if (!seat) return false;
    const how = { create: false, repeatable: true };
    return (await this.#deps.owners.ask(seat.meetingId, 'has', { connectionId }, how)) ?? false;
  }

  /** @param create whether a meeting that nobody owns comes to life; else only that of one's own place does */
  async #ask(
    { connection, proceed }: Asked,
    name: MeetingRequestName,
    input: { meetingId: string },
    create = connection.seat?.meetingId === input.meetingId,
  ): Promise<unknown> {
    const { id: connectionId, principal, address } = connection;
    const { meetingId } = input;
    const { owners, seats } = this.#deps;
    const answer = await owners.ask(
      meetingId,
      'request',
      { caller: { connectionId, principal, address }, name, input },
      {
        create,
        repeatable: requests[name].idempotent,
        onOwner: (lease) => seats.attach(meetingId, lease),
        proceed,
      },
    );
    if (answer === null) {
      throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
    }
    return answer;
  }
}
