import { useEffect } from 'preact/hooks';
import type { MeetingModel, SwitchModel } from '../../state/models.ts';

/** Those of calls, which are newer than TypeScript's library; Chromium asks for the last one itself. */
type Action = 'togglemicrophone' | 'togglecamera' | 'hangup' | 'enterpictureinpicture';

/**
 * Tells the browser of the call: its own controls (on a lock screen, over a picture in picture) do
 * what the bar does, and a tab that is left may go on in a small window.
 */
export function useMediaSession(meeting: MeetingModel, popOut: () => void): void {
  const microphoneOn = meeting.microphone.on.value;
  const cameraOn = meeting.camera.on.value;
  useEffect(() => {
    if (!('mediaSession' in navigator)) return;
    const { microphone, camera } = meeting;
    const handlers: [Action, () => void][] = [
      ['togglemicrophone', () => turn(microphone, meeting.may('unmute'))],
      ['togglecamera', () => turn(camera, meeting.may('use-camera'))],
      ['hangup', () => void meeting.leave()],
      ['enterpictureinpicture', popOut],
    ];
    for (const [action, handler] of handlers) handle(action, handler);
    return () => {
      for (const [action] of handlers) handle(action, null);
    };
  }, [meeting]);
  useEffect(() => {
    if (!('mediaSession' in navigator)) return;
    if (!('setMicrophoneActive' in navigator.mediaSession)) return;
    showActive(navigator.mediaSession.setMicrophoneActive(microphoneOn));
    showActive(navigator.mediaSession.setCameraActive(cameraOn));
  }, [microphoneOn, cameraOn]);
}

/** Off is always possible; on is, where one may. */
function turn(device: SwitchModel, may: boolean): void {
  const on = device.on.peek();
  if (on || may) void device.set(!on);
}

/** By the standard a promise; Chromium answers nothing. Refused to a page that is hidden. */
function showActive(answer: Promise<void> | undefined): void {
  answer?.catch(() => undefined);
}

/** Browsers throw for an action that they do not know. */
function handle(action: Action, handler: (() => void) | null): void {
  try {
    navigator.mediaSession.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    return;
  }
}
