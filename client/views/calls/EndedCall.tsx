import { Phone, Video } from 'lucide';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { clockTime } from '../clockTime.ts';
import { Avatar } from '../components/Avatar.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

interface Props {
  calls: CallsModel;
  current: CurrentCall;
  phase: Extract<CallPhase, { is: 'over' }>;
}

/** What became of a call, and calling once more. */
export function EndedCall({ calls, current: { person, callType }, phase }: Props) {
  const { calls: texts, app } = useTexts();
  const seconds = Math.round(phase.durationMs / 1_000);
  return (
    <div class="call-card" data-testid="call-over" data-end={phase.end}>
      <Avatar name={person.name} id={person.id} />
      <h2 id="call-title">{texts.ends[phase.end](person.name)}</h2>
      {phase.message !== null && <p>{texts.theySaid(phase.message)}</p>}
      {seconds > 0 && <p class="muted">{texts.lasted(clockTime(seconds))}</p>}
      {phase.failure && <FailureNote failure={phase.failure} />}
      <div class="actions actions-centered">
        <button
          type="button"
          class="button primary"
          onClick={() => void calls.call(person, callType)}
        >
          <Icon of={callType === 'video' ? Video : Phone} />
          {texts.callBack}
        </button>
        <button type="button" class="button" onClick={() => calls.dismiss()}>
          {app.close}
        </button>
      </div>
    </div>
  );
}
