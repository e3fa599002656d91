import type { IconNode } from 'lucide';
import type { Ref } from 'preact';
import type { SwitchModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';

/** How many ask for attention; none is not shown. */
export interface Alert {
  count: number;
  class?: string;
}

/** `off` is worth noticing, `active` is going on, `blocked` can be asked why. */
export type ControlLook = 'off' | 'active' | 'blocked' | 'leave';

interface ControlProps {
  id?: string | undefined;
  /** What it does; also its tooltip. */
  label: string;
  /** The word under it, where there is room; part of the label. */
  caption: string;
  icon: IconNode;
  look?: ControlLook | undefined;
  /** A small figure at its corner, drawn only: the label tells it in words. */
  count?: number;
  /** Another one, which stands out; the label tells it too. */
  alert?: Alert | undefined;
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
export function Control({ label, caption, icon, look, ...rest }: ControlProps) {
  return (
    <button
      ref={rest.buttonRef ?? null}
      id={rest.id}
      type="button"
      class={['control', look, rest.class].filter(Boolean).join(' ')}
      aria-label={label}
      title={rest.trouble === undefined ? label : `${label}. ${rest.trouble}`}
      aria-pressed={rest.pressed}
      aria-expanded={rest.expanded}
      aria-haspopup={rest.expanded === undefined ? undefined : 'true'}
      aria-busy={rest.busy ?? false}
      data-testid={rest.testId}
      onClick={rest.onClick}
    >
      <span class="control-face">
        <Icon of={icon} />
        {rest.count !== undefined && <span class="count" data-count={rest.count} />}
        {rest.alert && rest.alert.count > 0 && (
          <span
            class={`count alert-count ${rest.alert.class ?? ''}`}
            data-count={rest.alert.count}
          />
        )}
        {rest.trouble !== undefined && <span class="count control-trouble" data-count="!" />}
      </span>
      <span class="control-caption" aria-hidden="true">
        {caption}
      </span>
    </button>
  );
}

interface SwitchProps {
  id?: string;
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
      id={rest.id}
      trouble={rest.trouble}
      class={rest.class}
      onClick={() => void of.set(!on)}
    />
  );
}
