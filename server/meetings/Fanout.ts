import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';

/** How a meeting reaches its clients. It knows connections by id only. */
export interface Fanout {
  /** From now on the connection gets what is sent to the meeting. */
  enter(connectionId: string, meetingId: string): void;
  leave(connectionId: string, meetingId: string): void;
  toConnection<N extends NotificationName>(
    connectionId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void;
  toMeeting<N extends NotificationName>(
    meetingId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void;
  /**
   * A passing fact that the next one replaces (levels, the active speaker): may be dropped for a
   * connection that is behind.
   */
  toMeetingVolatile<N extends NotificationName>(
    meetingId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void;
}
