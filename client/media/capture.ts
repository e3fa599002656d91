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

const CAMERA = { width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const SCREEN_FRAMERATE = 15;

/** @throws CaptureError */
export function openCamera(deviceId: string | null): Promise<MediaStreamTrack> {
  return open('video', CAMERA, deviceId);
}

/** @throws CaptureError */
export function openMicrophone(deviceId: string | null): Promise<MediaStreamTrack> {
  return open('audio', MICROPHONE, deviceId);
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

async function open(
  kind: 'audio' | 'video',
  constraints: MediaTrackConstraints,
  deviceId: string | null,
): Promise<MediaStreamTrack> {
  const wanted =
    deviceId === null ? constraints : { ...constraints, deviceId: { exact: deviceId } };
  try {
    const stream = await devices().getUserMedia({ [kind]: wanted });
    const [track] = stream.getTracks();
    if (!track) throw new CaptureError('failed');
    track.contentHint = kind === 'audio' ? 'speech' : 'motion';
    return track;
  } catch (error) {
    const captured = toCaptureError(error);
    // The device that was chosen last time is not plugged in: any other will do.
    if (captured.problem === 'not-found' && deviceId !== null) return open(kind, constraints, null);
    throw captured;
  }
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
