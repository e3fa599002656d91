import { AppError } from '../../core/AppError.ts';
import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Connection } from '../Connection.ts';
import type { Handlers } from './Handlers.ts';

/** Entering, resuming, leaving and ending. */
export function meetingHandlers(meetings: MeetingManager) {
  /** The meeting in which the connection has a place now. */
  function seatOf({ id, meetingId }: Connection) {
    const meeting = meetingId === null ? undefined : meetings.find(meetingId);
    return meeting?.has(id) ? meeting : undefined;
  }

  return {
    'join-meeting': (connection, input) =>
      connection.lifecycle.post(async () => {
        const seat = seatOf(connection);
        if (seat && (await meetings.read(input.meetingId)).id !== seat.record.id) {
          throw new AppError('INVALID_STATE', { message: 'Leave the other meeting first.' });
        }
        const { meetingId, status, participantId } = await meetings.join({
          ref: input.meetingId,
          principal: connection.principal,
          connectionId: connection.id,
          address: connection.address,
          passcode: input.passcode,
          displayName: input.displayName,
          deviceId: input.deviceId ?? null,
          takeOver: input.takeOver ?? false,
          companion: input.companion ?? false,
          devices: input.devices ?? null,
        });
        connection.meetingId = meetingId;
        return { status, participantId };
      }),

    'resume-meeting': (connection, input) =>
      connection.lifecycle.post(async () => {
        const seat = seatOf(connection);
        if (seat && seat.record.id !== input.meetingId) {
          throw new AppError('INVALID_STATE', { message: 'Leave the other meeting first.' });
        }
        const answer = await meetings.resume(connection.principal, connection.id, input);
        connection.meetingId = input.meetingId;
        return answer;
      }),

    // Whoever is in no meeting has left: a repeated request finds it so.
    'leave-meeting': (connection, { meetingId }) =>
      connection.lifecycle.post(async () => {
        const seat = seatOf(connection);
        if (!seat) return {};
        if (seat.record.id !== meetingId) {
          throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
        }
        await seat.leave(connection.id);
        connection.meetingId = null;
        return {};
      }),

    'end-meeting': async (connection, { meetingId }) => {
      const { principal } = connection;
      const seat = seatOf(connection);
      // Who made the meeting may end it from outside, too.
      if (seat?.record.id === meetingId) await seat.end(connection.id);
      else if (principal.kind === 'account') await meetings.end(principal, meetingId);
      else throw new AppError('FORBIDDEN');
      return {};
    },
  } satisfies Partial<Handlers>;
}
