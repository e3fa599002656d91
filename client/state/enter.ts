import type { MeetingSnapshot, NotificationPayload } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import type { AnyNotification, SignalingClient } from '../api/SignalingClient.ts';

/** What came of asking for a place. */
export type Entered =
  | { status: 'joined'; snapshot: MeetingSnapshot }
  | { status: 'waiting'; place: NotificationPayload<'waiting-room-entered'> };

/**
 * Asks for a place; what it is comes before the acknowledgement, so it is listened for first.
 * @throws RequestError with the code of the refusal
 */
export async function enter(
  signaling: SignalingClient,
  request: RequestInput<'join-meeting'>,
): Promise<Entered> {
  const { promise, resolve } = Promise.withResolvers<Entered>();
  const listen = ({ name, payload }: AnyNotification): void => {
    if (name === 'meeting-joined') resolve({ status: 'joined', snapshot: payload });
    if (name === 'waiting-room-entered') resolve({ status: 'waiting', place: payload });
  };
  signaling.on('notification', listen);
  try {
    const asked = signaling.request('join-meeting', request);
    // Whichever comes first: the notification is as good as the acknowledgement.
    await Promise.race([promise, asked]);
    asked.catch(() => undefined);
    return await promise;
  } finally {
    signaling.off('notification', listen);
  }
}
