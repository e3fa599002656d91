import { effect, signal } from '@preact/signals';
import type { MeetingView } from '../../protocol/meetings.ts';
import type { MeetingSnapshot, NotificationPayload } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import { isPassing, RequestError, toRequestError } from '../api/RequestError.ts';
import type { AnyNotification, SignalingClient, SignalingState } from '../api/SignalingClient.ts';
import { createConnection } from './connection.ts';
import type { Devices } from './devices.ts';
import { enter } from './enter.ts';
import type { Denial, WaitingModel } from './models.ts';

interface WaitingOptions {
  signaling: SignalingClient;
  devices: Devices;
  meeting: MeetingView;
  /** What the place in the queue was asked with. */
  request: RequestInput<'join-meeting'>;
  place: NotificationPayload<'waiting-room-entered'>;
  /** How the waiting ends, once; the connection is the listener's from then on. */
  onEnd: (end: WaitingEnd) => void;
}

export type WaitingEnd =
  | { is: 'admitted'; snapshot: MeetingSnapshot }
  | { is: 'denied'; denial: Denial }
  | { is: 'left' }
  | { is: 'failed'; failure: RequestError };

const RETRY_MS = 1_000;

/** Follows one's place in a waiting room, and takes it up again after a lost connection. */
export function createWaiting(options: WaitingOptions): WaitingModel {
  const { signaling, devices, meeting, request, place, onEnd } = options;
  const meetingId = meeting.id;
  const position = signal(place.position);
  const message = signal(place.message);
  const connection = createConnection();
  let over = false;

  function end(how: WaitingEnd): void {
    if (over) return;
    over = true;
    signaling.off('notification', handle);
    signaling.off('state', handleState);
    stopTelling();
    connection.close();
    onEnd(how);
  }

  function handle({ name, payload }: AnyNotification): void {
    if (name === 'waiting-room-updated' || name === 'waiting-room-entered') {
      position.value = payload.position;
      message.value = payload.message;
    } else if (name === 'meeting-joined') end({ is: 'admitted', snapshot: payload });
    else if (name === 'join-denied') {
      end({ is: 'denied', denial: { code: payload.code, message: payload.message ?? null } });
    } else if (name === 'meeting-left') {
      if (payload.reason === 'replaced') {
        // The place is another device's now.
        end({ is: 'failed', failure: new RequestError({ code: 'ALREADY_JOINED' }) });
      } else {
        // Let in by a server that was lost before it could say so, perhaps: whoever is asked now knows.
        void returnToPlace();
      }
    }
  }

  function handleState(state: SignalingState): void {
    if (state.is === 'connected') void returnToPlace();
    else if (state.is === 'refused') end({ is: 'failed', failure: state.error });
    else if (state.is === 'connecting') connection.handleConnecting(state);
  }

  /** The place is kept by the server for a while: asking again finds it. */
  async function returnToPlace(): Promise<void> {
    connection.show('place');
    try {
      // What comes of it is told by notifications, which `handle` hears. The same device finds its
      // place; one that another has taken over meanwhile is not taken back unasked.
      await enter(signaling, { ...request, meetingId, takeOver: false });
      if (over) return;
      connection.settle();
      tellDevices();
    } catch (error) {
      const failure = toRequestError(error);
      if (!isPassing(failure)) end({ is: 'failed', failure });
      else {
        setTimeout(() => {
          if (!over && signaling.state.is === 'connected') void returnToPlace();
        }, failure.retryAfterMs ?? RETRY_MS);
      }
    }
  }

  function tellDevices(): void {
    const { microphone, camera } = devices;
    const audio = microphone.wanted.value && microphone.track.value !== null;
    const video = camera.wanted.value && camera.track.value !== null;
    if (signaling.state.is !== 'connected') return;
    signaling.request('update-waiting-devices', { meetingId, audio, video }).catch(() => undefined);
  }

  signaling.on('notification', handle);
  signaling.on('state', handleState);
  const stopTelling = effect(tellDevices);

  return {
    meeting,
    position,
    message,
    connection: connection.state,
    // A clock that is behind the server's must not begin in the future.
    since: Math.min(Date.parse(place.since), Date.now()),
    reconnectNow: () => signaling.retryNow(),
    async leave() {
      const told = signaling.request('leave-meeting', { meetingId }).catch(() => undefined);
      end({ is: 'left' });
      await told;
    },
  };
}
