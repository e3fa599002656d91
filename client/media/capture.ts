/** Why a device gives no track. */
export type CaptureProblem = 'denied' | 'dismissed' | 'not-found' | 'busy' | 'insecure' | 'failed';

/** A device could not be opened. */
export class CaptureError extends Error {
  readonly problem: CaptureProblem;

  constructor(problem: CaptureProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'CaptureError';
    this.problem = problem;
  }
}

type Kind = 'audio' | 'video';

interface Wish {
  deviceId: string | null;
  resolve: (track: Promise<MediaStreamTrack>) => void;
}

const CAMERA = { width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const SCREEN_FRAMERATE = 15;
const CONSTRAINTS = { audio: MICROPHONE, video: CAMERA };
const PERMISSIONS = { audio: 'microphone', video: 'camera' } as const;

/** What was asked for since the last turn of the event loop. */
let wishes = new Map<Kind, Wish>();

/** @throws CaptureError */
export function openCamera(deviceId: string | null): Promise<MediaStreamTrack> {
  return wish('video', deviceId);
}

/** @throws CaptureError */
export function openMicrophone(deviceId: string | null): Promise<MediaStreamTrack> {
  return wish('audio', deviceId);
}

/**
 * Asks the user for a screen, window or tab, with its sound where there is some.
 * @throws CaptureError `dismissed` when they chose none
 */
export async function openScreen(): Promise<{
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
}> {
  try {
    const stream = await devices().getDisplayMedia({
      video: { frameRate: { max: SCREEN_FRAMERATE } },
      audio: true,
    });
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (!video) throw new CaptureError('failed');
    // Sharp text before smooth movement.
    video.contentHint = 'detail';
    return { video, audio: audio ?? null };
  } catch (error) {
    // Browsers do not tell a refusal from a change of mind here.
    const captured = toCaptureError(error);
    throw captured.problem === 'denied' ? new CaptureError('dismissed', error) : captured;
  }
}

export function canShareScreen(): boolean {
  return isSecureContext && 'getDisplayMedia' in navigator.mediaDevices;
}

/** Devices of all kinds; without permission their labels and ids are empty. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  if (!isSecureContext) return [];
  return navigator.mediaDevices.enumerateDevices().catch(() => []);
}

/** Calls `listener` whenever a device comes or goes; answers how to stop that. */
export function onDeviceChange(listener: () => void): () => void {
  if (!isSecureContext) return () => undefined;
  navigator.mediaDevices.addEventListener('devicechange', listener);
  return () => navigator.mediaDevices.removeEventListener('devicechange', listener);
}

/** Whether the browser would ask the user before it opens the device. */
export async function permissionOf(
  name: 'camera' | 'microphone',
): Promise<PermissionState | 'unknown'> {
  try {
    // Not every browser knows these names; TypeScript's list follows the standard, which lags.
    return (await navigator.permissions.query({ name: name })).state;
  } catch {
    return 'unknown';
  }
}

/** Calls `listener` when the user, or the browser, has decided otherwise. Lives as long as the page. */
export async function onPermissionChange(
  name: 'camera' | 'microphone',
  listener: (state: PermissionState) => void,
): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: name });
    status.addEventListener('change', () => listener(status.state));
  } catch {
    // A browser that cannot be asked: the tracks end, and a click on the control tries again.
  }
}

/** Camera and microphone that are wanted at the same moment cost the user one question. */
function wish(kind: Kind, deviceId: string | null): Promise<MediaStreamTrack> {
  // Two wishes for the same kind: the first goes its own way.
  const before = wishes.get(kind);
  before?.resolve(open(kind, before.deviceId));
  if (wishes.size === 0) queueMicrotask(grant);
  return new Promise((resolve) => wishes.set(kind, { deviceId, resolve }));
}

function grant(): void {
  const [audio, video] = [wishes.get('audio'), wishes.get('video')];
  wishes = new Map();
  if (audio && video) {
    const both = openBoth(audio.deviceId, video.deviceId);
    audio.resolve(both.audio);
    video.resolve(both.video);
  } else {
    audio?.resolve(open('audio', audio.deviceId));
    video?.resolve(open('video', video.deviceId));
  }
}

function openBoth(audioId: string | null, videoId: string | null) {
  const opened = openStream({
    audio: withDevice('audio', audioId),
    video: withDevice('video', videoId),
  });
  const alone = (kind: Kind, deviceId: string | null) => async (error: unknown) => {
    const captured = toCaptureError(error);
    // One of them is missing or busy: the other may be had alone. Who said no is not asked again.
    const refused = captured.problem === 'denied' || captured.problem === 'dismissed';
    if (refused && (await permissionOf(PERMISSIONS[kind])) !== 'granted') throw captured;
    return open(kind, deviceId);
  };
  return {
    audio: opened.then((stream) => trackOf(stream, 'audio')).catch(alone('audio', audioId)),
    video: opened.then((stream) => trackOf(stream, 'video')).catch(alone('video', videoId)),
  };
}

async function open(kind: Kind, deviceId: string | null): Promise<MediaStreamTrack> {
  try {
    const stream = await openStream({ [kind]: withDevice(kind, deviceId) });
    return trackOf(stream, kind);
  } catch (error) {
    const captured = toCaptureError(error);
    // The device that was chosen last time is not plugged in: any other will do.
    if (captured.problem === 'not-found' && deviceId !== null) return open(kind, null);
    throw captured;
  }
}

/** Rejects, where `devices` throws. */
async function openStream(constraints: MediaStreamConstraints): Promise<MediaStream> {
  return devices().getUserMedia(constraints);
}

function withDevice(kind: Kind, deviceId: string | null): MediaTrackConstraints {
  const constraints = CONSTRAINTS[kind];
  return deviceId === null ? constraints : { ...constraints, deviceId: { exact: deviceId } };
}

function trackOf(stream: MediaStream, kind: Kind): MediaStreamTrack {
  const [track] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (!track) throw new CaptureError('failed');
  track.contentHint = kind === 'audio' ? 'speech' : 'motion';
  return track;
}

function devices(): MediaDevices {
  // Undefined on pages that came over plain http from another machine, whatever the types say.
  if (!isSecureContext) throw new CaptureError('insecure');
  return navigator.mediaDevices;
}

function toCaptureError(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error;
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  const dismissed = error instanceof Error && /dismissed/i.test(error.message);
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CaptureError(dismissed ? 'dismissed' : 'denied', error);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new CaptureError('not-found', error);
    case 'NotReadableError':
    case 'AbortError':
      return new CaptureError('busy', error);
    default:
      return new CaptureError('failed', error);
  }
}
