import type { Lease } from '../cluster/LeaseStore.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Logger } from '../core/logger.ts';
import { operation, type OwnerAnswer, type OwnerArgs } from '../meetings/ownerOperations.ts';
import type { Owners } from '../meetings/Owners.ts';
import type { Connection, Seat } from './Connection.ts';
import { isGone, isUnavailable } from './refusals.ts';

export interface SeatsDeps {
  mesh: Mesh;
  owners: Owners;
  logger: Logger;
  /** The meeting has no place for a connection that had one. */
  onStranger: (connection: Connection, seat: Seat) => void;
  /** The meeting is over, and nobody has told the connection. */
  onOver: (connection: Connection, seat: Seat) => void;
  /** The connection has no place any more. */
  onReleased: (connection: Connection) => void;
}

interface MeetingSeats {
  readonly connections: Set<Connection>;
  /** Connections that are on their way in, or back. */
  readonly entering: Set<Connection>;
  /** How connections ended that no owner could be told of, by id. */
  readonly untold: Map<string, Departed['how']>;
  /** The owner that knows of all of these. */
  attachedTo: Lease | null;
  attaching: Promise<void>;
}

type Departed = OwnerArgs<'lost'>;

const RETRY_MS = 1_000;

/**
 * Which of this node's connections have places in which meetings. When a meeting's owner is lost, or
 * was out of reach, the one that is there afterwards is told of them: their clients notice nothing.
 */
export class Seats {
  readonly #deps: SeatsDeps;
  readonly #byMeeting = new Map<string, MeetingSeats>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(deps: SeatsDeps) {
    this.#deps = deps;
  }

  /** The connection has a place, or waits for one. */
  take(connection: Connection, seat: Seat): void {
    if (connection.seat && connection.seat.meetingId !== seat.meetingId) this.release(connection);
    connection.seat = seat;
    this.#of(seat.meetingId).connections.add(connection);
  }

  release(connection: Connection): void {
    const { seat } = connection;
    if (!seat) return;
    connection.seat = null;
    this.#deps.onReleased(connection);
    this.#byMeeting.get(seat.meetingId)?.connections.delete(connection);
    this.#tidy(seat.meetingId);
  }

  /** Until it settles the connection may have a place that nobody here knows of yet. */
  async entering<T>(
    connection: Connection,
    meetingId: string,
    enter: () => Promise<T>,
  ): Promise<T> {
    const { entering } = this.#of(meetingId);
    entering.add(connection);
    try {
      return await enter();
    } finally {
      entering.delete(connection);
      this.#tidy(meetingId);
    }
  }

  /** Has this owner know of all connections with places in the meeting. @throws StaleEpochError, what the mesh throws */
  async attach(meetingId: string, lease: Lease): Promise<void> {
    const seats = this.#byMeeting.get(meetingId);
    if (!seats || isSame(seats.attachedTo, lease)) return;
    // One after another: whoever comes meanwhile finds it done.
    const turn = seats.attaching
      .catch(() => undefined)
      .then(async () => {
        if (isSame(seats.attachedTo, lease)) return;
        if (seats.attachedTo && seats.attachedTo.epoch > lease.epoch) {
          throw new StaleEpochError(meetingId, lease.epoch);
        }
        await this.#tellOwner(meetingId, seats, lease);
        seats.attachedTo = lease;
      });
    seats.attaching = turn.catch(() => undefined);
    await turn;
  }

  /** The owner may be another one: looks for it, until it knows of these connections. */
  recover(meetingId: string): void {
    const seats = this.#byMeeting.get(meetingId);
    this.#deps.owners.forget(meetingId);
    if (!seats || this.#closed) return;
    seats.attachedTo = null;
    this.#deps.owners
      .ask(meetingId, 'occupancy', null, {
        create: seats.connections.size > 0,
        repeatable: true,
        onOwner: (lease) => this.attach(meetingId, lease),
      })
      .then(() => this.#tellDepartures(meetingId, seats))
      .catch((error: unknown) => {
        if (isGone(error)) this.#end(meetingId, seats);
        else this.#recoverLater(meetingId, error);
      });
  }

  /** The owner of the connection's meeting could not be told of its end: it is, as soon as there is one in reach. */
  tellLater(meetingId: string, { connectionId, how }: Departed, error: unknown): void {
    this.#of(meetingId).untold.set(connectionId, how);
    this.#recoverLater(meetingId, error);
  }

  /** Those that nobody owns any more need not be told: whoever owns them next expects nobody of here. */
  async #tellDepartures(meetingId: string, { untold }: MeetingSeats): Promise<void> {
    await Promise.all(
      [...untold].map(async ([connectionId, how]) => {
        try {
          const options = { create: false, repeatable: true };
          await this.#deps.owners.ask(meetingId, 'lost', { connectionId, how }, options);
        } catch (error) {
          if (isUnavailable(error)) throw error;
          this.#deps.logger.warn({ err: error, meetingId }, 'a lost connection was not told');
        }
        untold.delete(connectionId);
      }),
    );
    this.#tidy(meetingId);
  }

  #recoverLater(meetingId: string, error: unknown): void {
    if (this.#closed) return;
    this.#deps.logger.warn({ err: error, meetingId }, 'the owner of a meeting is not reached yet');
    clearTimeout(this.#timers.get(meetingId));
    const timer = setTimeout(() => {
      this.#timers.delete(meetingId);
      const seats = this.#byMeeting.get(meetingId);
      if (seats && (!seats.attachedTo || seats.untold.size > 0)) this.recover(meetingId);
    }, RETRY_MS);
    this.#timers.set(meetingId, timer);
  }

  #end(meetingId: string, seats: MeetingSeats): void {
    seats.untold.clear();
    this.#tidy(meetingId);
    for (const connection of [...seats.connections]) {
      const { seat } = connection;
      if (!seat) continue;
      this.release(connection);
      this.#deps.onOver(connection, seat);
    }
  }

  /** A node is gone, or was out of reach: whatever it owned is looked for. */
  recoverFrom(instanceId: string): void {
    const attached = [...this.#byMeeting].flatMap(([id, { attachedTo }]) =>
      attachedTo?.owner === instanceId ? [id] : [],
    );
    const meetings = new Set([...attached, ...this.#deps.owners.meetingsOf(instanceId)]);
    for (const meetingId of meetings) this.recover(meetingId);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #tellOwner(meetingId: string, seats: MeetingSeats, lease: Lease): Promise<void> {
    // Somebody new comes to a meeting in which nobody of this node was.
    if (seats.connections.size === 0) return;
    const told = [...seats.connections];
    const { strangers } = (await this.#deps.mesh.call(lease.owner, operation('attach'), {
      meetingId,
      epoch: lease.epoch,
      args: {
        connections: told.flatMap(({ id: connectionId, principal, seat }) =>
          seat
            ? [{ connectionId, userId: principal.userId, participantId: seat.participantId }]
            : [],
        ),
        entering: [...seats.entering].map(({ id }) => id),
      },
    })) as OwnerAnswer<'attach'>;
    for (const connection of told) {
      const { seat } = connection;
      if (seat?.meetingId !== meetingId || !strangers.includes(connection.id)) continue;
      this.release(connection);
      this.#deps.onStranger(connection, seat);
    }
  }

  #of(meetingId: string): MeetingSeats {
    let seats = this.#byMeeting.get(meetingId);
    if (!seats) {
      seats = {
        connections: new Set(),
        entering: new Set(),
        untold: new Map(),
        attachedTo: null,
        attaching: Promise.resolve(),
      };
      this.#byMeeting.set(meetingId, seats);
    }
    return seats;
  }

  #tidy(meetingId: string): void {
    const seats = this.#byMeeting.get(meetingId);
    if (!seats || seats.connections.size + seats.entering.size + seats.untold.size > 0) return;
    this.#byMeeting.delete(meetingId);
  }
}

function isSame(a: Lease | null, b: Lease): boolean {
  return a?.owner === b.owner && a.epoch === b.epoch;
}
