import type { MeetingPhase } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { HomeLink } from '../components/HomeLink.tsx';
import { Shell } from '../components/Shell.tsx';
import { useTexts } from '../context.ts';

const MINUTE_MS = 60_000;
const NAMES_SHOWN = 5;

/** After a meeting: why it is over for this person, how long it was and with whom. */
export function OverPage({ phase }: { phase: Extract<MeetingPhase, { is: 'over' }> }) {
  const texts = useTexts();
  const minutes = Math.floor(phase.durationMs / MINUTE_MS);
  const mayReturn = phase.reason !== 'ended' && phase.reason !== 'banned';
  return (
    <Shell title={texts.over[phase.reason]}>
      <section class="message-page" data-testid="meeting-over" data-reason={phase.reason}>
        <h1>{texts.over[phase.reason]}</h1>
        <p class="muted">
          {texts.over.duration(texts.time.duration(minutes))}{' '}
          {phase.met.length > 0 &&
            texts.over.met(phase.met.slice(0, NAMES_SHOWN), phase.met.length)}
        </p>
        {phase.reason === 'banned' && <p>{texts.over.bannedHint}</p>}
        {phase.failure && (
          <FailureNote failure={phase.failure}>
            {phase.failure.code === 'CLIENT_TOO_OLD' && (
              <button type="button" class="button" onClick={() => location.reload()}>
                {texts.app.reload}
              </button>
            )}
          </FailureNote>
        )}
        <div class="actions actions-centered">
          {mayReturn && (
            <button type="button" class="button" onClick={() => location.reload()}>
              {texts.over.rejoin}
            </button>
          )}
          <HomeLink primary />
        </div>
      </section>
    </Shell>
  );
}
