import { useId } from 'preact/hooks';
import { useBusy } from '../useBusy.ts';

interface LiveSwitchProps {
  label: string;
  hint?: string;
  /** As the server has it. */
  on: boolean;
  onChange: (on: boolean) => Promise<void>;
}

/** A setting of the running meeting: busy until it is so, and never ahead of the server. */
export function LiveSwitch({ label, hint, on, onChange }: LiveSwitchProps) {
  const id = useId();
  const [busy, run] = useBusy();
  return (
    <div class="switch-row">
      <label class="switch" aria-busy={busy}>
        <span>{label}</span>
        <input
          type="checkbox"
          role="switch"
          checked={on}
          aria-busy={busy}
          aria-describedby={hint === undefined ? undefined : id}
          onClick={(event) => {
            if (busy) event.preventDefault();
          }}
          onChange={() => run(() => onChange(!on))}
        />
      </label>
      {hint !== undefined && (
        <p id={id} class="muted small">
          {hint}
        </p>
      )}
    </div>
  );
}

interface LiveSelectProps<T extends string> {
  label: string;
  hint?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => Promise<void>;
}

/** The same for a choice among several. */
export function LiveSelect<T extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: LiveSelectProps<T>) {
  const id = useId();
  const [busy, run] = useBusy();
  return (
    <div class="field" aria-busy={busy}>
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-disabled={busy}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => {
          const wanted = options.find((option) => option.value === event.currentTarget.value);
          if (wanted) run(() => onChange(wanted.value));
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="muted small">
          {hint}
        </p>
      )}
    </div>
  );
}
