import { BellRing, Download } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import '../../styles/calls.css';
import { callKind, callOutcome, type CallEntry } from '../../../protocol/callHistory.ts';
import type { CallsModel } from '../../state/callsModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { CallDetailDialog } from './CallDetailDialog.tsx';
import { CallRow } from './CallRow.tsx';

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
  const entries = history.entries.value;
  const unseen = calls.unseen.value;
  useEffect(() => void history.load(), [history]);
  // Whoever looks at the list has seen what was missed.
  useEffect(() => {
    if (unseen > 0) void history.markSeen().catch(() => undefined);
  }, [history, unseen]);
  return (
    <section aria-label={texts.history} aria-busy={entries.is === 'loading'}>
      <Tools calls={calls} />
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
          <strong>{texts.empty}</strong>
          <span class="muted">{texts.emptyHint}</span>
        </div>
      )}
      {entries.is === 'ready' && (
        <ul class="call-list">
          {entries.value.map((entry) => (
            <CallRow
              key={entry.callId}
              entry={entry}
              onCall={(callType) => void calls.call(entry.with, callType)}
              onOpen={() => setDetail(entry)}
            />
          ))}
        </ul>
      )}
      {history.hasMore.value && (
        <button type="button" class="button" onClick={() => void history.loadMore()}>
          {texts.more}
        </button>
      )}
      {detail && (
        <CallDetailDialog entry={detail} history={history} onClose={() => setDetail(null)} />
      )}
    </section>
  );
}

function Tools({ calls: { history } }: { calls: CallsModel }) {
  const texts = useTexts().calls;
  const filters = history.filters.value;
  const [asks, setAsks] = useState(
    () => 'Notification' in globalThis && Notification.permission === 'default',
  );
  return (
    <div class="call-tools">
      <div class="field">
        <label for="call-kind">{texts.filterKind}</label>
        <select
          id="call-kind"
          value={filters.kind ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void history.setFilters({ ...filters, kind: callKind.safeParse(value).data ?? null })
          }
        >
          <option value="">{texts.all}</option>
          {callKind.options.map((kind) => (
            <option key={kind} value={kind}>
              {texts.kinds[kind]}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="call-outcome">{texts.filterOutcome}</label>
        <select
          id="call-outcome"
          value={filters.outcome ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void history.setFilters({
              ...filters,
              outcome: callOutcome.safeParse(value).data ?? null,
            })
          }
        >
          <option value="">{texts.all}</option>
          {callOutcome.options.map((outcome) => (
            <option key={outcome} value={outcome}>
              {texts.outcomes[outcome]}
            </option>
          ))}
        </select>
      </div>
      <button type="button" class="button" onClick={() => void saveCsv(history.export())}>
        <Icon of={Download} size={18} />
        {texts.exportCsv}
      </button>
      {asks && (
        <button
          type="button"
          class="button"
          onClick={() => void Notification.requestPermission().then(() => setAsks(false))}
        >
          <Icon of={BellRing} size={18} />
          {texts.notifications}
        </button>
      )}
    </div>
  );
}

async function saveCsv(asked: Promise<string>): Promise<void> {
  const csv = await asked.catch(() => null);
  if (csv === null) return;
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'calls.csv';
  link.click();
  URL.revokeObjectURL(url);
}
