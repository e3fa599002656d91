import { EllipsisVertical, type IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { Icon } from './Icon.tsx';

/** Between a menu and its button, and the least between a menu and the window's edge. */
const GAP_PX = 4;

export interface MenuItem {
  label: string;
  icon: IconNode;
  danger?: boolean;
  /** Of several, the one that is chosen. */
  pressed?: boolean;
  /** Why it cannot be chosen now; null: it can. */
  blocked?: string | null;
  run: () => void;
}

interface MenuProps {
  /** What the button is called. */
  label: string;
  items: readonly MenuItem[];
  class?: string;
  testId?: string;
  /** What the button shows, instead of three dots; `label` is said in its place. */
  children?: ComponentChildren;
}

/**
 * A button and the list that it opens, drawn over everything else: a panel that scrolls or a tile that
 * is small does not cut it. The browser closes it with Escape and a click elsewhere, and gives focus back.
 */
export function Menu({ label, items, testId, children, ...rest }: MenuProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  function place(): void {
    const anchor = button.current?.getBoundingClientRect();
    const menu = list.current;
    if (!anchor || !menu) return;
    const below = anchor.bottom + GAP_PX;
    const fitsBelow = below + menu.offsetHeight + GAP_PX <= innerHeight;
    const top = fitsBelow ? below : anchor.top - menu.offsetHeight - GAP_PX;
    menu.style.top = `${Math.max(GAP_PX, top)}px`;
    menu.style.left = `${Math.max(GAP_PX, anchor.right - menu.offsetWidth)}px`;
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        class={rest.class ?? 'icon-button'}
        aria-label={children === undefined ? label : undefined}
        title={label}
        aria-expanded={open}
        popovertarget={id}
        data-testid={testId}
      >
        {children === undefined ? (
          <Icon of={EllipsisVertical} size={18} />
        ) : (
          <>
            <span class="visually-hidden">{label}</span>
            <span class="menu-face" aria-hidden="true">
              {children}
            </span>
          </>
        )}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        class="menu"
        role="group"
        aria-label={label}
        // Drawn before it is shown, so that there is a size to place, and until it has gone, so that
        // the browser finds the focus in it and gives it back to the button.
        onBeforeToggle={(event) => {
          if (event.newState === 'open') setOpen(true);
        }}
        onToggle={(event) => {
          if (event.newState !== 'open') {
            setOpen(false);
            return;
          }
          place();
          list.current?.querySelector('button')?.focus();
        }}
        onKeyDown={moveFocus}
      >
        {open &&
          items.map(({ label: name, icon, danger, pressed, blocked = null, run }) => (
            <button
              key={name}
              type="button"
              class={danger ? 'popover-item danger' : 'popover-item'}
              aria-pressed={pressed}
              aria-disabled={blocked !== null}
              title={blocked ?? undefined}
              onClick={() => {
                if (blocked !== null) return;
                list.current?.hidePopover();
                run();
              }}
            >
              <Icon of={icon} size={18} />
              {name}
            </button>
          ))}
      </div>
    </>
  );
}

/** Arrows go through the list, and around its ends. */
function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  buttons.at((at + step) % buttons.length)?.focus();
}
