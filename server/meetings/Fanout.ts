import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';

/** How one owner of one meeting reaches its clients, on whichever nodes they are. */
export interface Fanout {
  /** From now on the connection gets what is sent to the meeting. */
  enter(connectionId: string): void;
  leave(connectionId: string): void;
  /** The connection is gone, as far as is known: nothing is sent to it any more, nor to its node for it. */
  forget(connectionId: string): void;
  toConnection<N extends NotificationName>(
    connectionId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void;
  toMeeting<N extends NotificationName>(name: N, payload: NotificationPayload<N>): void;
  /**
   * A passing fact that the next one replaces (levels, the active speaker): may be dropped for a
   * connection that is behind.
   */
  toMeetingVolatile<N extends NotificationName>(name: N, payload: NotificationPayload<N>): void;
}

/** The way to the clients of a meeting, as long as its owner has it. */
export interface OpenedFanout extends Fanout {
  /** The owner is another one, or is about to be: nodes with clients of the meeting look for it. */
  moved(): void;
}

/** Opens the way to the clients of a meeting; what an owner of a lower epoch sends is dropped from then on. */
export type OpenFanout = (meetingId: string, epoch: number) => OpenedFanout;
