import { Mic, MicOff, MonitorUp, MonitorX, Video, VideoOff } from 'lucide';
import type { Texts } from '../../i18n/texts.ts';
import type { MeetingModel } from '../../state/models.ts';
import { useTexts } from '../context.ts';
import { BlockedControl, Explained } from './BlockedControl.tsx';
import { SwitchControl } from './Control.tsx';
import { Popover } from './Popover.tsx';

/** Ids of the controls that keys press: what a key does is what its control does. */
export const MICROPHONE_CONTROL = 'microphone-control';
export const CAMERA_CONTROL = 'camera-control';
export const SHARE_CONTROL = 'share-control';

/** The microphone, or why it is off and what one can do. */
export function MicrophoneControl({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const { lobby, hosting } = texts;
  const caption = lobby.microphone;
  if (meeting.isCompanion.value) {
    return (
      <Popover
        id={MICROPHONE_CONTROL}
        label={`${caption}: ${hosting.blocked.secondScreen}`}
        caption={caption}
        icon={MicOff}
        look="blocked"
      >
        {() => (
          <Explained title={hosting.blocked.secondScreen} hint={hosting.blocked.secondScreenHint} />
        )}
      </Popover>
    );
  }
  if (!meeting.microphone.on.value && !meeting.may('unmute')) {
    return (
      <BlockedControl
        id={MICROPHONE_CONTROL}
        meeting={meeting}
        what="microphone"
        caption={caption}
        icon={MicOff}
      />
    );
  }
  return (
    <SwitchControl
      id={MICROPHONE_CONTROL}
      of={meeting.microphone}
      names={[texts.meeting.micOn, texts.meeting.micOff]}
      icons={[MicOff, Mic]}
      caption={caption}
      trouble={troubleOf(texts, meeting, 'microphone')}
      offIsWarning
    />
  );
}

/** The camera, or why it is off and what one can do. */
export function CameraControl({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  if (!meeting.camera.on.value && !meeting.may('use-camera')) {
    return (
      <BlockedControl
        id={CAMERA_CONTROL}
        meeting={meeting}
        what="camera"
        caption={texts.lobby.camera}
        icon={VideoOff}
      />
    );
  }
  return (
    <SwitchControl
      id={CAMERA_CONTROL}
      of={meeting.camera}
      names={[texts.meeting.cameraOn, texts.meeting.cameraOff]}
      icons={[VideoOff, Video]}
      caption={texts.lobby.camera}
      trouble={troubleOf(texts, meeting, 'camera')}
      offIsWarning
    />
  );
}

/** Sharing the screen, where the browser can. */
export function ShareControl({ meeting }: { meeting: MeetingModel }) {
  const { meeting: texts } = useTexts();
  if (!meeting.sharesScreens) return null;
  if (!meeting.screen.on.value && !meeting.may('share-screen')) {
    return (
      <BlockedControl
        id={SHARE_CONTROL}
        meeting={meeting}
        what="share"
        caption={texts.share}
        icon={MonitorUp}
        class="wide-only"
      />
    );
  }
  return (
    <SwitchControl
      id={SHARE_CONTROL}
      of={meeting.screen}
      names={[texts.share, texts.stopShare]}
      icons={[MonitorUp, MonitorX]}
      class="wide-only"
    />
  );
}

/** Why a device does not work, in words. */
function troubleOf(
  { notices }: Texts,
  meeting: MeetingModel,
  kind: 'microphone' | 'camera',
): string | undefined {
  const trouble = meeting[kind].trouble.value;
  return trouble ? notices[`${kind}-${trouble}`]([], 1) : undefined;
}
