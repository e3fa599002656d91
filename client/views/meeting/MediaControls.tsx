import { Hand, Mic, MicOff, MonitorUp, MonitorX, Video, VideoOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { Texts } from '../../i18n/texts.ts';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
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
      <Popover
        id={MICROPHONE_CONTROL}
        label={`${caption}: ${hosting.blocked.microphone}`}
        caption={caption}
        icon={MicOff}
        look="blocked"
      >
        {(close) => (
          <AskByHand
            meeting={meeting}
            title={hosting.blocked.microphone}
            hint={hosting.blocked.microphoneHint}
            onDone={close}
          />
        )}
      </Popover>
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
  const { lobby, hosting } = texts;
  if (!meeting.camera.on.value && !meeting.may('use-camera')) {
    return (
      <Popover
        id={CAMERA_CONTROL}
        label={`${lobby.camera}: ${hosting.blocked.camera}`}
        caption={lobby.camera}
        icon={VideoOff}
        look="blocked"
      >
        {(close) => (
          <AskByHand
            meeting={meeting}
            title={hosting.blocked.camera}
            hint={hosting.blocked.cameraHint}
            onDone={close}
          />
        )}
      </Popover>
    );
  }
  return (
    <SwitchControl
      id={CAMERA_CONTROL}
      of={meeting.camera}
      names={[texts.meeting.cameraOn, texts.meeting.cameraOff]}
      icons={[VideoOff, Video]}
      caption={lobby.camera}
      trouble={troubleOf(texts, meeting, 'camera')}
      offIsWarning
    />
  );
}

/** Sharing the screen, where the browser can. */
export function ShareControl({ meeting }: { meeting: MeetingModel }) {
  const { meeting: texts, hosting } = useTexts();
  if (!meeting.sharesScreens) return null;
  if (!meeting.screen.on.value && !meeting.may('share-screen')) {
    return (
      <Popover
        id={SHARE_CONTROL}
        label={`${texts.share}: ${hosting.blocked.share}`}
        caption={texts.share}
        icon={MonitorUp}
        look="blocked"
        class="wide-only"
      >
        {(close) => (
          <AskByHand
            meeting={meeting}
            title={hosting.blocked.share}
            hint={hosting.blocked.shareHint}
            onDone={close}
          />
        )}
      </Popover>
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

interface AskByHandProps {
  meeting: MeetingModel;
  title: string;
  hint: string;
  onDone: () => void;
}

/** What only a host can allow, and the hand that asks for it. */
export function AskByHand({ meeting, title, hint, onDone }: AskByHandProps) {
  const { blocked } = useTexts().hosting;
  const up = meeting.hand.on.value;
  return (
    <Explained title={title} hint={up ? blocked.handIsUp : hint}>
      {!up && (
        <button
          type="button"
          class="button primary"
          onClick={() => {
            onDone();
            void meeting.hand.set(true);
          }}
        >
          <Icon of={Hand} size={18} />
          {blocked.raiseHand}
        </button>
      )}
    </Explained>
  );
}

interface ExplainedProps {
  title: string;
  hint: string;
  children?: ComponentChildren;
}

function Explained({ title, hint, children }: ExplainedProps) {
  return (
    <div class="explained" tabIndex={-1}>
      <strong>{title}</strong>
      <p>{hint}</p>
      {children}
    </div>
  );
}
