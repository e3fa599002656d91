import type { IconNode } from 'lucide';
import type { Ref } from 'preact';
import type { SwitchModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';

interface ControlProps {
  /** What it does; also its tooltip. */
  label: string;
  /** The word under it, where there is room; part of the label. */
  caption: string;
  icon: IconNode;
  /** `off` is worth noticing, `active` is going on. */
  look?: 'off' | 'active' | 'leave' | undefined;
  /** A small figure at its corner. */
  count?: number;
  /** Why it does not work, in words: marked at its corner. */
  trouble?: string | undefined;
  class?: string | undefined;
  pressed?: boolean;
  expanded?: boolean;
  busy?: boolean;
  testId?: string | undefined;
  buttonRef?: Ref<HTMLButtonElement>;
  onClick: () => void;
}

/** One button of the control bar. */
export function Control({ label, caption, icon, look, count, trouble, ...rest }: ControlProps) {
  return (
    <button
      ref={rest.buttonRef ?? null}
      type="button"
      class={['control', look, rest.class].filter(Boolean).join(' ')}
      aria-label={label}
      title={trouble === undefined ? label : `${label}. ${trouble}`}
      aria-pressed={rest.pressed}
      aria-expanded={rest.expanded}
      aria-haspopup={rest.expanded === undefined ? undefined : 'true'}
      aria-busy={rest.busy ?? false}
      data-testid={rest.testId}
      onClick={rest.onClick}
    >
      <span class="control-face">
        <Icon of={icon} />
        {count !== undefined && <span class="count">{count}</span>}
        {trouble !== undefined && (
          <span class="count control-trouble" aria-hidden="true">
            !
          </span>
        )}
      </span>
      <span class="control-caption" aria-hidden="true">
        {caption}
      </span>
    </button>
  );
}

interface SwitchProps {
  of: SwitchModel;
  /** What the control does: turn on, turn off. */
  names: readonly [string, string];
  icons: readonly [IconNode, IconNode];
  /** The word under it; without one, the name. */
  caption?: string;
  /** Off is worth noticing. */
  offIsWarning?: boolean;
  trouble?: string | undefined;
  class?: string;
}

/** A control for something that is on or off, pending until the server says which. */
export function SwitchControl({
  of,
  names,
  icons,
  caption,
  offIsWarning = false,
  ...rest
}: SwitchProps) {
  const on = of.on.value;
  const name = names[on ? 1 : 0];
  return (
    <Control
      label={name}
      caption={caption ?? name}
      icon={icons[on ? 1 : 0]}
      look={offIsWarning ? (on ? undefined : 'off') : on ? 'active' : undefined}
      busy={of.pending.value}
      trouble={rest.trouble}
      class={rest.class}
      onClick={() => void of.set(!on)}
    />
  );
}
