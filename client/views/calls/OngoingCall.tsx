import { Mic, MicOff, PhoneOff, UserPlus, Video, VideoOff, Volume2 } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import type { CaptureModel, SwitchModel } from '../../state/models.ts';
import { clockTime } from '../clockTime.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useApp, useTexts } from '../context.ts';
import { Control, SwitchControl } from '../meeting/Control.tsx';
import { useNow } from '../useNow.ts';
import { AddPerson } from './AddPerson.tsx';
import { startRinging } from './ringtone.ts';
import '../../styles/bar.css';

/** From ringing to the last word: the other one large, oneself small. */
export function OngoingCall({ calls, current }: { calls: CallsModel; current: CurrentCall }) {
  const texts = useTexts().calls;
  const { devices, preferences } = useApp();
  const [adding, setAdding] = useState(false);
  const { person, phase } = current;
  const theirs = calls.theirVideo.value;
  const own = devices.camera.wanted.value ? devices.camera.track.value : null;
  const microphone = useMemo(() => switchOf(devices.microphone), [devices]);
  const camera = useMemo(() => switchOf(devices.camera), [devices]);
  const rings = phase.is === 'outgoing' && preferences.sounds.value;
  useEffect(() => (rings ? startRinging('outgoing') : undefined), [rings]);
  const isRinging = phase.is === 'outgoing';
  return (
    <div class="call-stage">
      <header class="call-head">
        <h2 id="call-title">
          {phase.is === 'talking' ? texts.talkingTo(person.name) : person.name}
        </h2>
        <p class="call-status" role="status">
          {statusText(texts, person.name, phase)}
        </p>
        {phase.is === 'talking' && <Lasting since={phase.since} />}
      </header>
      <div class="call-picture">
        {theirs ? (
          <VideoView track={theirs} contain testId="their-video" />
        ) : (
          <Avatar name={person.name} id={person.id} />
        )}
        {own && (
          <div class="call-self">
            <VideoView track={own} mirrored testId="own-video" />
          </div>
        )}
      </div>
      {calls.soundBlocked.value && (
        <button type="button" class="button on-dark" onClick={() => void calls.unblockSound()}>
          <Icon of={Volume2} />
          {texts.hearThem}
        </button>
      )}
      <div class="call-controls">
        <SwitchControl
          of={microphone}
          names={texts.microphone}
          caption={texts.microphoneCaption}
          icons={[MicOff, Mic]}
          offIsWarning
        />
        <SwitchControl
          of={camera}
          names={texts.camera}
          caption={texts.cameraCaption}
          icons={[VideoOff, Video]}
          offIsWarning
        />
        {phase.is === 'talking' && (
          <Control
            label={texts.addPerson}
            caption={texts.addPerson}
            icon={UserPlus}
            onClick={() => setAdding(true)}
          />
        )}
        <Control
          label={isRinging ? texts.cancel : texts.hangUp}
          caption={isRinging ? texts.cancel : texts.hangUp}
          icon={PhoneOff}
          look="leave"
          onClick={() => void calls.hangUp()}
        />
      </div>
      {adding && <AddPerson calls={calls} exceptId={person.id} onClose={() => setAdding(false)} />}
    </div>
  );
}

function Lasting({ since }: { since: number }) {
  const now = useNow(1_000);
  return (
    <span class="clock" data-testid="call-clock">
      {clockTime(Math.max(0, Math.floor((now - since) / 1_000)))}
    </span>
  );
}

function statusText(
  texts: ReturnType<typeof useTexts>['calls'],
  name: string,
  phase: CallPhase,
): string {
  if (phase.is === 'outgoing') return texts.ringing(name);
  if (phase.is === 'connecting') return texts.connecting;
  if (phase.is === 'moving') return texts.moving[phase.reason];
  return phase.is === 'talking' && phase.interrupted ? texts.interrupted : '';
}

/** A device as a switch of the bar. */
function switchOf(device: CaptureModel): SwitchModel {
  return { on: device.wanted, pending: device.opening, set: (on) => device.setWanted(on) };
}
