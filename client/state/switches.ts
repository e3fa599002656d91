import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { MediaStatus, Source } from '../../protocol/meetings.ts';
import { toRequestError } from '../api/RequestError.ts';
import { sleep } from '../api/sleep.ts';
import { CaptureError, openScreen } from '../media/capture.ts';
import type { MediaSession } from '../media/MediaSession.ts';
import type { Request } from '../media/MediaTransport.ts';
import type { Devices } from './devices.ts';
import type { DeviceSwitchModel, SwitchModel } from './models.ts';
import type { Notices } from './notices.ts';

interface SwitchDeps {
  meetingId: string;
  media: MediaSession;
  devices: Devices;
  request: Request;
  notices: Notices;
  /** What the server says of one's own media. */
  status: ReadonlySignal<MediaStatus>;
  handRaised: ReadonlySignal<boolean>;
  /** Whether one's place in the meeting is taken: without it requests are refused. */
  isPlaced: () => boolean;
}

const HAND_PATIENCE_MS = 6_000;
const HAND_RETRY_MS = 1_000;
/** After a refusal that may pass and does not say when. */
const RETRY_MS = 1_000;

export interface Switches {
  readonly microphone: DeviceSwitchModel;
  readonly camera: DeviceSwitchModel;
  readonly screen: SwitchModel;
  readonly hand: SwitchModel;
  /** Whether the hand is to be up: what was asked for last, even if the server has not heard of it. */
  readonly handIntended: ReadonlySignal<boolean>;
  readonly ownScreen: ReadonlySignal<MediaStreamTrack | null>;
  /** Makes what is sent follow what is wanted, after the connection was away. */
  reconcile(): void;
  close(): void;
}

/** Runs steps one after another and tells whether any are left. */
function createLane() {
  const busy = signal(0);
  let tail = Promise.resolve();
  return {
    pending: computed(() => busy.value > 0),
    run(step: () => Promise<void>): Promise<void> {
      busy.value = busy.peek() + 1;
      tail = tail.then(step).finally(() => (busy.value = busy.peek() - 1));
      return tail;
    },
  };
}

/**
 * One's own switches. Each states an intent; a lane makes what is sent follow it, and the switch
 * shows what the server says is true.
 */
export function createSwitches(deps: SwitchDeps): Switches {
  const { meetingId, media, devices, request, notices, status, handRaised, isPlaced } = deps;
  const lanes = {
    microphone: createLane(),
    camera: createLane(),
    screen: createLane(),
    hand: createLane(),
  };
  /** What was asked for and not answered yet. */
  const handWanted = signal<boolean | null>(null);
  const ownScreen = signal<MediaStreamTrack | null>(null);
  const sent: Record<'camera' | 'microphone', MediaStreamTrack | null> = {
    camera: null,
    microphone: null,
  };
  let closed = false;

  /** Tells of a refusal. What only lost its answer is tried again when the connection is back. */
  async function attempt(act: () => Promise<void>, giveUp: () => unknown): Promise<void> {
    try {
      if (!closed) await act();
    } catch (error) {
      const failure = toRequestError(error);
      if (closed || failure.code === 'OFFLINE' || failure.code === 'TIMEOUT') return;
      notices.tell('action-failed', undefined, failure);
      giveUp();
    }
  }

  /**
   * The same for what looks at the intent each time: while a part of the server is away it is tried again,
   * and somebody whose media is built anew meanwhile is not switched off for it.
   */
  async function pursue(act: () => Promise<void>, giveUp: () => unknown): Promise<void> {
    for (let again = true; again;) {
      again = false;
      await attempt(async () => {
        try {
          await act();
        } catch (error) {
          const failure = toRequestError(error);
          if (failure.code !== 'UNAVAILABLE') throw error;
          await sleep(failure.retryAfterMs ?? RETRY_MS);
          again = true;
        }
      }, giveUp);
    }
  }

  async function followCamera(): Promise<void> {
    const { track, wanted, trouble } = devices.camera;
    // A picture that stands still would be taken for one that moves.
    const next = wanted.value && !trouble.value ? track.value : null;
    if (next && media.isPublished('camera')) {
      if (sent.camera !== next) await media.replaceTrack('camera', next);
    } else if (next) await media.publish('camera', next);
    else await media.unpublish('camera');
    sent.camera = next;
  }

  async function followMicrophone(): Promise<void> {
    const { track, wanted, trouble } = devices.microphone;
    const next = track.value;
    const on = wanted.value && !trouble.value;
    if (!next) await media.unpublish('microphone');
    else if (!media.isPublished('microphone')) {
      if (!on) return;
      await media.publish('microphone', next);
    } else if (sent.microphone !== next) await media.replaceTrack('microphone', next);
    sent.microphone = next;
    if (!next) return;
    media.setPaused('microphone', !on);
    if (media.isSending('microphone') && status.peek().audio !== on) {
      // The rest as it is meant to be: what the server has told may be older than what began since.
      await request('media-status-update', {
        meetingId,
        audio: on,
        video: media.isPublished('camera'),
        screenSharing: media.isPublished('screen'),
      });
    }
  }

  async function followHand(): Promise<void> {
    const raised = handWanted.peek();
    if (raised === null || !isPlaced()) return;
    // With a patience of its own: else it would be sent again before the place is taken again.
    await request('raise-hand', { meetingId, raised }, { patienceMs: HAND_PATIENCE_MS });
    // Something else may have been asked for meanwhile.
    if (handWanted.peek() === raised) handWanted.value = null;
  }

  async function settleHand(): Promise<void> {
    await attempt(followHand, () => (handWanted.value = null));
    // Nobody has answered, though the connection stands; else `reconcile` follows.
    const unanswered = handWanted.peek() !== null && isPlaced() && !closed;
    if (unanswered) setTimeout(() => void follow.hand(), HAND_RETRY_MS);
  }

  const follow = {
    hand: () => lanes.hand.run(settleHand),
    camera: () =>
      lanes.camera.run(() => pursue(followCamera, () => devices.camera.setWanted(false))),
    microphone: () =>
      lanes.microphone.run(() =>
        pursue(followMicrophone, () => devices.microphone.setWanted(false)),
      ),
  };

  const stops = (['camera', 'microphone'] as const).flatMap((kind) => [
    devices[kind].track.subscribe(() => void follow[kind]()),
    devices[kind].wanted.subscribe(() => void follow[kind]()),
    devices[kind].trouble.subscribe(() => void follow[kind]()),
  ]);

  // Muted or unmuted while its producer was being made.
  const onPublished = (source: Source): void => {
    if (source === 'microphone') void follow.microphone();
  };
  media.on('published', onPublished);

  async function share(): Promise<void> {
    const { video, audio } = await openScreen();
    // The browser's own bar can end it too.
    video.addEventListener('ended', () => void stopSharing());
    ownScreen.value = video;
    try {
      await media.publish('screen', video);
      if (audio) await media.publish('screen-audio', audio);
    } catch (error) {
      stopTracks(video, audio);
      ownScreen.value = null;
      throw error;
    }
    sharedAudio = audio;
  }
  let sharedAudio: MediaStreamTrack | null = null;

  async function unshare(): Promise<void> {
    stopTracks(ownScreen.value, sharedAudio);
    ownScreen.value = null;
    sharedAudio = null;
    await media.unpublish('screen-audio');
    await media.unpublish('screen');
  }

  function stopSharing(): Promise<void> {
    return lanes.screen.run(() => attempt(unshare, () => undefined));
  }

  async function startSharing(): Promise<void> {
    await lanes.screen.run(() =>
      attempt(
        async () => {
          await share().catch((error: unknown) => {
            if (!(error instanceof CaptureError && error.problem === 'dismissed')) throw error;
          });
        },
        () => undefined,
      ),
    );
  }

  function deviceSwitch(kind: 'camera' | 'microphone', on: () => boolean): DeviceSwitchModel {
    const device = devices[kind];
    return {
      on: computed(on),
      pending: computed(() => lanes[kind].pending.value || device.opening.value),
      trouble: device.trouble,
      async set(wanted) {
        await device.setWanted(wanted);
        await follow[kind]();
      },
    };
  }

  return {
    microphone: deviceSwitch('microphone', () => status.value.audio),
    camera: deviceSwitch('camera', () => status.value.video),
    screen: {
      on: computed(() => status.value.screenSharing),
      pending: lanes.screen.pending,
      set: (on) => (on ? startSharing() : stopSharing()),
    },
    hand: {
      on: handRaised,
      pending: computed(() => handWanted.value !== null),
      async set(raised) {
        handWanted.value = raised;
        await follow.hand();
      },
    },
    handIntended: computed(() => handWanted.value ?? handRaised.value),
    ownScreen,
    reconcile() {
      void follow.camera();
      void follow.microphone();
      void follow.hand();
    },
    close() {
      closed = true;
      for (const stop of stops) stop();
      media.off('published', onPublished);
      stopTracks(ownScreen.value, sharedAudio);
      ownScreen.value = null;
    },
  };
}

function stopTracks(...tracks: (MediaStreamTrack | null)[]): void {
  for (const track of tracks) track?.stop();
}
