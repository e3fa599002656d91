import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  type?: 'text' | 'email' | 'password' | 'number' | 'datetime-local';
  name?: string;
  autocomplete?: string;
  placeholder?: string;
  required?: boolean;
  autofocus?: boolean;
  minLength?: number;
  maxLength?: number;
  min?: number | string;
  max?: number | string;
  testId?: string;
}

/** A labelled input with a hint, and an error that is read out. */
export function Field({
  label,
  value,
  onInput,
  hint,
  error,
  testId,
  type = 'text',
  ...rest
}: FieldProps) {
  const id = useId();
  const text = error ?? hint;
  // The attributes that an input may have depend on its type, which is not known here.
  const attributes = {
    ...rest,
    id,
    type,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
    'data-testid': testId,
    'aria-invalid': error !== undefined,
    'aria-describedby': text === undefined ? undefined : `${id}-text`,
  } as JSX.IntrinsicElements['input'];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input {...attributes} />
      {text !== undefined && (
        <p id={`${id}-text`} class={error === undefined ? 'field-hint' : 'field-error'}>
          {text}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
  children: ComponentChildren;
}

/** A labelled choice. */
export function Select({ label, value, onChange, disabled = false, children }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {children}
      </select>
    </div>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** A choice between yes and no. */
export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
