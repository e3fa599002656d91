import { Mic, Video } from 'lucide';
import { useEffect, useId } from 'preact/hooks';
import type { MeetingModel } from '../../state/models.ts';
import { playChime } from '../chime.ts';
import { Icon } from '../components/Icon.tsx';
import { useApp, useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';

/** A host asks to hear or see one: nothing is turned on until one says so. */
export function UnmutePrompt({ meeting }: { meeting: MeetingModel }) {
  const words = useTexts().hosting.asked;
  const { preferences } = useApp();
  const id = useId();
  const [busy, run] = useBusy();
  const request = meeting.unmuteRequest.value;
  useEffect(() => {
    if (request && preferences.sounds.value) playChime('asked');
  }, [request]);
  const audio = request?.source === 'microphone';
  return (
    <div aria-live="polite">
      {request && (
        <section
          class="toast"
          role="dialog"
          tabIndex={-1}
          aria-labelledby={id}
          data-testid="unmute-request"
        >
          <Icon of={audio ? Mic : Video} />
          <strong class="toast-text toast-question" id={id}>
            {audio ? words.microphone(request.by) : words.camera(request.by)}
          </strong>
          <span class="toast-buttons">
            <button
              type="button"
              class="button"
              aria-disabled={busy}
              onClick={() => run(() => meeting.answerUnmuteRequest(false))}
            >
              {words.notNow}
            </button>
            <button
              type="button"
              class="button primary"
              aria-disabled={busy}
              aria-busy={busy}
              onClick={() => run(() => meeting.answerUnmuteRequest(true))}
            >
              {audio ? words.unmute : words.turnOnCamera}
            </button>
          </span>
        </section>
      )}
    </div>
  );
}
