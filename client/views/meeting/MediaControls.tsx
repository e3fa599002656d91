import { Hand, Mic, MicOff, Video, VideoOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { SwitchControl } from './Control.tsx';
import { Popover } from './Popover.tsx';

/** Ids of the controls that keys press: what a key does is what its control does. */
export const MICROPHONE_CONTROL = 'microphone-control';
export const CAMERA_CONTROL = 'camera-control';

/** The microphone, or why it is off and what one can do. */
export function MicrophoneControl({ meeting }: { meeting: MeetingModel }) {
  const { meeting: texts, lobby, hosting } = useTexts();
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
      names={[texts.micOn, texts.micOff]}
      icons={[MicOff, Mic]}
      caption={caption}
      offIsWarning
    />
  );
}

/** The camera, or why it is off and what one can do. */
export function CameraControl({ meeting }: { meeting: MeetingModel }) {
  const { meeting: texts, lobby, hosting } = useTexts();
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
      names={[texts.cameraOn, texts.cameraOff]}
      icons={[VideoOff, Video]}
      caption={lobby.camera}
      offIsWarning
    />
  );
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
