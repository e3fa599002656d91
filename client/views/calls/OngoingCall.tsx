import { Minimize2, PhoneOff, UserPlus, Volume2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useApp, useTexts } from '../context.ts';
import { Control } from '../meeting/Control.tsx';
import { AddPerson } from './AddPerson.tsx';
import { CallSwitches, Lasting } from './callParts.tsx';

interface Props {
  calls: CallsModel;
  current: CurrentCall;
  onShrink: () => void;
}

/** From ringing to the last word: the other one large, oneself small. */
export function OngoingCall({ calls, current, onShrink }: Props) {
  const texts = useTexts().calls;
  const { devices } = useApp();
  const [adding, setAdding] = useState(false);
  const { person, phase } = current;
  const theirs = calls.theirVideo.value;
  const own = devices.camera.wanted.value ? devices.camera.track.value : null;
  const isRinging = phase.is === 'outgoing';
  return (
    <div class="call-stage">
      <button
        type="button"
        class="icon-button call-shrink"
        aria-label={texts.shrink}
        title={texts.shrink}
        onClick={onShrink}
      >
        <Icon of={Minimize2} />
      </button>
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
        <CallSwitches />
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
