import { useEffect, useState } from 'preact/hooks';
import { callPath } from '../../../protocol/calls.ts';
import type { CallEntry } from '../../../protocol/callHistory.ts';
import { NO_FILTERS, type CallDetail, type CallHistoryModel } from '../../state/callsModels.ts';
import type { Loadable } from '../../state/models.ts';
import { clockTime } from '../clockTime.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useTexts } from '../context.ts';
import { QualityChart } from './QualityChart.tsx';
import { verdictOf } from './verdict.ts';

interface Props {
  entry: CallEntry;
  history: CallHistoryModel;
  onClose: () => void;
}

/** One call or meeting, and how it was. */
export function CallDetailDialog({ entry, history, onClose }: Props) {
  const { calls: texts, locale } = useTexts();
  const [detail, setDetail] = useState<Loadable<CallDetail>>({ is: 'loading' });
  useEffect(() => {
    history.read(entry.callId).then(
      (value) => setDetail({ is: 'ready', value }),
      (error: unknown) => setDetail({ is: 'failed', failure: toFailure(error) }),
    );
  }, [entry.callId]);
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
  const path = detail.is === 'ready' ? callPath.safeParse(detail.value.path).data : undefined;
  return (
    <Dialog title={entry.with.name} onClose={onClose} wide>
      <dl class="call-facts">
        <Fact name={texts.when} value={when.format(new Date(entry.startedAt))} />
        <Fact name={texts.outcome} value={texts.outcomes[entry.outcome]} />
        <Fact name={texts.duration} value={clockTime(entry.durationSec)} />
        {path && <Fact name={texts.path} value={texts.paths[path]} />}
      </dl>
      {entry.kind === 'meeting' && (
        <p>
          {texts.participants(entry.participantCount, entry.peakCount)}
          {entry.people.length > 0 && `: ${entry.people.join(', ')}`}
        </p>
      )}
      <button
        type="button"
        class="button call-only"
        onClick={() => {
          onClose();
          void history.setFilters({ ...NO_FILTERS, with: entry.with });
        }}
      >
        {texts.onlyThese[entry.kind]}
      </button>
      {detail.is === 'failed' && <FailureNote failure={detail.failure} />}
      {detail.is === 'ready' && <Quality detail={detail.value} />}
    </Dialog>
  );
}

function Quality({ detail: { timeline, message } }: { detail: CallDetail }) {
  const texts = useTexts().calls;
  return (
    <>
      {message !== null && <p>{texts.theySaid(message)}</p>}
      <section class="call-quality">
        <h3>{texts.quality}</h3>
        {timeline.length === 0 ? (
          <p class="muted">{texts.noQuality}</p>
        ) : (
          <>
            {verdictOf(texts, timeline).map((line) => (
              <p key={line}>{line}</p>
            ))}
            <QualityChart timeline={timeline} />
          </>
        )}
      </section>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
