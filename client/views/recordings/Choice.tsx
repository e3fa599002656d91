interface ChoiceProps {
  label: string;
  hint: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** Something to tick, with what it means. */
export function Choice({ label, hint, on, onChange }: ChoiceProps) {
  return (
    <label class="record-choice">
      <input
        type="checkbox"
        checked={on}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>
        {label}
        <span class="muted small">{hint}</span>
      </span>
    </label>
  );
}
