import { BellRing, Download, X } from 'lucide';
import { useState } from 'preact/hooks';
import { callDirection, callKind, callOutcome } from '../../../protocol/callHistory.ts';
import type { CallHistoryModel, HistoryFilters } from '../../state/callsModels.ts';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useTexts } from '../context.ts';
import { useRetry } from '../useRetry.ts';

/** What of the history is shown, and taking it along. */
export function HistoryTools({ history }: { history: CallHistoryModel }) {
  const texts = useTexts().calls;
  const { failed, run, dismiss } = useRetry();
  const filters = history.filters.value;
  const [asks, setAsks] = useState(
    () => 'Notification' in globalThis && Notification.permission === 'default',
  );
  const choose = (change: Partial<HistoryFilters>): void =>
    void history.setFilters({ ...filters, ...change });
  return (
    <>
      <div class="call-tools">
        <Choice
          id="call-kind"
          label={texts.filterKind}
          value={filters.kind}
          options={callKind.options.map((kind) => [kind, texts.kinds[kind]])}
          onChoose={(value) => choose({ kind: callKind.safeParse(value).data ?? null })}
        />
        <Choice
          id="call-direction"
          label={texts.filterDirection}
          value={filters.direction}
          options={callDirection.options.map((one) => [one, texts.directions[one]])}
          onChoose={(value) => choose({ direction: callDirection.safeParse(value).data ?? null })}
        />
        <Choice
          id="call-outcome"
          label={texts.filterOutcome}
          value={filters.outcome}
          options={callOutcome.options.map((outcome) => [outcome, texts.outcomes[outcome]])}
          onChoose={(value) => choose({ outcome: callOutcome.safeParse(value).data ?? null })}
        />
        {filters.with && (
          <button
            type="button"
            class="button call-with"
            title={texts.withAnybody}
            onClick={() => choose({ with: null })}
          >
            <span>
              {texts.onlyWith}: <bdi>{filters.with.name}</bdi>
            </span>
            <Icon of={X} size={18} />
            <span class="visually-hidden">{texts.withAnybody}</span>
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => run(async () => save(await history.export()))}
        >
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
      <RetryNote {...{ failed, dismiss }} />
    </>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  /** Null: all. */
  value: string | null;
  options: readonly (readonly [value: string, text: string])[];
  /** With an empty text for all. */
  onChoose: (value: string) => void;
}

function Choice({ id, label, value, options, onChoose }: ChoiceProps) {
  const texts = useTexts().calls;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value ?? ''}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        <option value="">{texts.all}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function save(csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'calls.csv';
  link.click();
  URL.revokeObjectURL(url);
}
