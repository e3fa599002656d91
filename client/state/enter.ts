import type { MeetingSnapshot } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import type { AnyNotification, SignalingClient } from '../api/SignalingClient.ts';

/**
 * Asks for a place; the snapshot comes before the acknowledgement, so it is listened for first.
 * @throws RequestError with the code of the refusal
 */
export async function enter(
  signaling: SignalingClient,
  request: RequestInput<'join-meeting'>,
): Promise<MeetingSnapshot> {
  const { promise, resolve } = Promise.withResolvers<MeetingSnapshot>();
  const listen = ({ name, payload }: AnyNotification): void => {
    if (name === 'meeting-joined') resolve(payload);
  };
  signaling.on('notification', listen);
  try {
    const asked = signaling.request('join-meeting', request);
    // Whichever comes first: the snapshot is as good as the acknowledgement.
    await Promise.race([promise, asked]);
    asked.catch(() => undefined);
    return await promise;
  } finally {
    signaling.off('notification', listen);
  }
}
