import { AppError } from '../../core/AppError.ts';
import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';

/** Entering, resuming, leaving and ending. */
export function meetingHandlers(meetings: MeetingManager) {
  return {
    'join-meeting': (meeting, { principal, connectionId, address }, input) =>
      meetings.join(meeting, {
        ...{ principal, connectionId, address },
        passcode: input.passcode,
        displayName: input.displayName,
        deviceId: input.deviceId ?? null,
        takeOver: input.takeOver ?? false,
        companion: input.companion ?? false,
        devices: input.devices ?? null,
      }),

    'resume-meeting': (meeting, { principal, connectionId }, input) =>
      meeting.resume(principal, connectionId, input),

    'leave-meeting': async (meeting, { connectionId }) => {
      await meeting.leave(connectionId);
      return {};
    },

    'end-meeting': async (meeting, { connectionId, principal }) => {
      // Who made the meeting may end it from outside, too.
      if (meeting.has(connectionId)) await meeting.end(connectionId);
      else if (principal.userId === meeting.record.hostId) await meeting.end();
      else throw new AppError('FORBIDDEN');
      return {};
    },
  } satisfies Partial<Handlers>;
}
