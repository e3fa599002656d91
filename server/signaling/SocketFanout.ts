import type { Server } from 'socket.io';
import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';
import type { Fanout } from '../meetings/Fanout.ts';

/** Reaches clients through Socket.IO rooms, one for each meeting. */
export class SocketFanout implements Fanout {
  readonly #io: Server;

  constructor(io: Server) {
    this.#io = io;
  }

  enter(connectionId: string, meetingId: string): void {
    void this.#io.sockets.sockets.get(connectionId)?.join(roomOf(meetingId));
  }

  leave(connectionId: string, meetingId: string): void {
    void this.#io.sockets.sockets.get(connectionId)?.leave(roomOf(meetingId));
  }

  toConnection<N extends NotificationName>(
    connectionId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void {
    this.#io.sockets.sockets.get(connectionId)?.emit(name, payload);
  }

  toMeeting<N extends NotificationName>(
    meetingId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void {
    this.#io.to(roomOf(meetingId)).emit(name, payload);
  }

  toMeetingVolatile<N extends NotificationName>(
    meetingId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void {
    this.#io.volatile.to(roomOf(meetingId)).emit(name, payload);
  }
}

function roomOf(meetingId: string): string {
  return `meeting:${meetingId}`;
}
