import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/Icon.tsx';
import { Control, type Alert, type ControlLook } from './Control.tsx';

interface PopoverProps {
  id?: string;
  label: string;
  /** The word under it; without one, the label. */
  caption?: string;
  icon: IconNode;
  look?: ControlLook;
  alert?: Alert;
  class?: string;
  testId?: string | undefined;
  children: (close: () => void) => ComponentChildren;
}

/** A control that opens a small panel above itself; Escape and a click elsewhere close it. */
export function Popover({
  id,
  label,
  caption = label,
  icon,
  look,
  alert,
  testId,
  children,
  ...rest
}: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const inside = (what: string) => root.current?.querySelector<HTMLElement>(`.popover ${what}`);
    // What only explains is read from its beginning.
    (inside('button') ?? inside('[tabindex]'))?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', outside);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('keydown', escape);
    };
  }, [open]);
  return (
    <div class={`popover-anchor ${rest.class ?? ''}`} ref={root}>
      <Control
        buttonRef={button}
        id={id}
        label={label}
        caption={caption}
        alert={alert}
        icon={icon}
        look={look ?? (open ? 'active' : undefined)}
        expanded={open}
        testId={testId}
        onClick={() => setOpen(!open)}
      />
      {open && <div class="popover">{children(() => setOpen(false))}</div>}
    </div>
  );
}

/** A line in a popover. */
export function PopoverItem({
  icon,
  label,
  danger = false,
  pressed,
  class: only,
  onClick,
}: {
  icon: IconNode;
  label: string;
  danger?: boolean;
  pressed?: boolean;
  class?: string;
  onClick: () => void;
}) {
  const classes = ['popover-item', danger && 'danger', only].filter(Boolean);
  return (
    <button type="button" class={classes.join(' ')} aria-pressed={pressed} onClick={onClick}>
      <Icon of={icon} size={18} />
      {label}
    </button>
  );
}
