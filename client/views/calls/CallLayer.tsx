import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import '../../styles/calls.css';
import '../../styles/dialog.css';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { useApp } from '../context.ts';
import { navigate } from '../router.ts';
import { EndedCall } from './EndedCall.tsx';
import { IncomingCall } from './IncomingCall.tsx';
import { OngoingCall } from './OngoingCall.tsx';
import { startRinging } from './ringtone.ts';
import { SmallCall } from './SmallCall.tsx';

/** The call that rings or goes on, over whatever page there is, or small above it. */
export function CallLayer({ calls, current }: { calls: CallsModel; current: CurrentCall }) {
  const { phase } = current;
  const { preferences } = useApp();
  const [small, setSmall] = useSmall(phase);
  const rings = phase.is === 'outgoing' && preferences.sounds.value;
  useEffect(() => (rings ? startRinging('outgoing') : undefined), [rings]);
  const code = phase.is === 'moving' && phase.entered ? phase.code : null;
  useEffect(() => {
    if (code === null) return;
    navigate(`/m/${code}`);
    calls.meetingShown();
  }, [code]);
  return small ? (
    <SmallCall calls={calls} current={current} onEnlarge={() => setSmall(false)} />
  ) : (
    <CallDialog calls={calls} current={current} onShrink={() => setSmall(true)} />
  );
}

/** Whether it was made small, which it is until it rings, or is begun anew. */
function useSmall(phase: CallPhase): [boolean, (small: boolean) => void] {
  const [small, setSmall] = useState(false);
  const isNew = phase.is === 'incoming' || phase.is === 'outgoing';
  useLayoutEffect(() => {
    if (isNew) setSmall(false);
  }, [isNew]);
  return [small, setSmall];
}

interface DialogProps {
  calls: CallsModel;
  current: CurrentCall;
  onShrink: () => void;
}

function CallDialog({ calls, current, onShrink }: DialogProps) {
  const { phase } = current;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element) open(element);
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const isQuestion = phase.is === 'incoming' || phase.is === 'over';
  return (
    <dialog
      ref={dialog}
      class={isQuestion ? 'dialog call-question' : 'call'}
      aria-labelledby="call-title"
      tabIndex={-1}
      data-phase={phase.is}
      data-testid="call"
      // Some browsers have a dialog object to a key only so often, and close it then: what rings would
      // ring on unseen.
      onKeyDown={(event) => {
        if (event.key === 'Escape' && phase.is === 'incoming') event.preventDefault();
      }}
      onClose={({ currentTarget }) => {
        if (currentTarget.isConnected) open(currentTarget);
      }}
      // A call is not ended by accident.
      onCancel={(event) => {
        event.preventDefault();
        if (isQuestion) calls.dismiss();
        else onShrink();
      }}
    >
      {phase.is === 'incoming' && <IncomingCall calls={calls} current={current} phase={phase} />}
      {phase.is === 'over' && <EndedCall calls={calls} current={current} phase={phase} />}
      {!isQuestion && <OngoingCall calls={calls} current={current} onShrink={onShrink} />}
    </dialog>
  );
}

function open(dialog: HTMLDialogElement): void {
  dialog.showModal();
  // Not on a button: whoever is typing now must not answer or decline by it.
  dialog.focus();
}
