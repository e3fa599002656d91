import { useEffect, useRef } from 'preact/hooks';
import '../../styles/calls.css';
import '../../styles/dialog.css';
import type { CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { navigate } from '../router.ts';
import { EndedCall } from './EndedCall.tsx';
import { IncomingCall } from './IncomingCall.tsx';
import { OngoingCall } from './OngoingCall.tsx';

/** The call that rings or goes on, over whatever page there is. */
export function CallLayer({ calls, current }: { calls: CallsModel; current: CurrentCall }) {
  const { phase } = current;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // Not on a button: whoever is typing now must not answer or decline by it.
    element?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const code = phase.is === 'moving' && phase.entered ? phase.code : null;
  useEffect(() => {
    if (code === null) return;
    navigate(`/m/${code}`);
    calls.meetingShown();
  }, [code]);
  const isSmall = phase.is === 'incoming' || phase.is === 'over';
  return (
    <dialog
      ref={dialog}
      class={isSmall ? 'dialog call-question' : 'call'}
      aria-labelledby="call-title"
      tabIndex={-1}
      data-phase={phase.is}
      data-testid="call"
      // A call is not ended by accident.
      onCancel={(event) => {
        event.preventDefault();
        calls.dismiss();
      }}
    >
      {phase.is === 'incoming' && <IncomingCall calls={calls} current={current} phase={phase} />}
      {phase.is === 'over' && <EndedCall calls={calls} current={current} phase={phase} />}
      {!isSmall && <OngoingCall calls={calls} current={current} />}
    </dialog>
  );
}
