import { useEffect, useState } from 'preact/hooks';
import '../../styles/calls.css';
import type { CallEntry } from '../../../protocol/callHistory.ts';
import { NO_FILTERS, type CallsModel } from '../../state/callsModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { useRetry } from '../useRetry.ts';
import { CallDetailDialog } from './CallDetailDialog.tsx';
import { CallRow } from './CallRow.tsx';
import { useCall } from './useCall.ts';
import { HistoryTools } from './HistoryTools.tsx';

/** One's calls and meetings. */
export function CallsPage() {
  const texts = useTexts().calls;
  const calls = useApp().talk.value?.calls;
  return (
    <Shell title={texts.title}>
      <div class="calls-page">
        <h1>{texts.title}</h1>
        {calls && <History calls={calls} />}
      </div>
    </Shell>
  );
}

function History({ calls }: { calls: CallsModel }) {
  const { calls: texts, app } = useTexts();
  const [detail, setDetail] = useState<CallEntry | null>(null);
  const { history } = calls;
  const { call, blocked } = useCall();
  const entries = history.entries.value;
  const filtered = Object.values(history.filters.value).some((value) => value !== null);
  const { failed, run, dismiss } = useRetry();
  const unseen = calls.unseen.value;
  useEffect(() => void history.load(), [history]);
  // Whoever looks at the list has seen what was missed.
  useEffect(() => {
    if (unseen > 0) void history.markSeen().catch(() => undefined);
  }, [history, unseen]);
  return (
    <section aria-label={texts.history} aria-busy={entries.is === 'loading'}>
      <HistoryTools history={history} />
      {entries.is === 'loading' && (
        <div class="skeletons" role="status" aria-label={app.loading}>
          <span />
          <span />
        </div>
      )}
      {entries.is === 'failed' && (
        <FailureNote failure={entries.failure}>
          <button type="button" class="button" onClick={() => void history.load()}>
            {app.retry}
          </button>
        </FailureNote>
      )}
      {entries.is === 'ready' && entries.value.length === 0 && (
        <div class="empty">
          <strong>{filtered ? texts.nothingFits : texts.empty}</strong>
          {filtered ? (
            <button
              type="button"
              class="button"
              onClick={() => void history.setFilters(NO_FILTERS)}
            >
              {texts.showAll}
            </button>
          ) : (
            <span class="muted">{texts.emptyHint}</span>
          )}
        </div>
      )}
      {entries.is === 'ready' && (
        <ul class="call-list">
          {entries.value.map((entry) => (
            <CallRow
              key={entry.callId}
              entry={entry}
              blocked={blocked}
              onCall={(callType) => call(entry.with, callType)}
              onOpen={() => setDetail(entry)}
            />
          ))}
        </ul>
      )}
      {history.hasMore.value && (
        <button type="button" class="button" onClick={() => run(() => history.loadMore())}>
          {texts.more}
        </button>
      )}
      <RetryNote {...{ failed, dismiss }} />
      {detail && (
        <CallDetailDialog entry={detail} history={history} onClose={() => setDetail(null)} />
      )}
    </section>
  );
}
