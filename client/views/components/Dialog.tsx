import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import '../../styles/dialog.css';
import { useTexts } from '../context.ts';
import { Icon } from './Icon.tsx';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Wider than a question. */
  wide?: boolean;
}

/** A modal dialog; the browser keeps focus inside and gives it back. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const texts = useTexts();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label={texts.app.close} onClick={onClose}>
            <Icon of={X} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  hint: string;
  action: string;
  /** What is done cannot be undone. */
  danger?: boolean;
  /** What is to be chosen or written with it. */
  children?: ComponentChildren;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that matters is done. */
export function Confirm({
  title,
  hint,
  action,
  danger = true,
  children,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const texts = useTexts();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onConfirm();
        }}
      >
        <p class="muted">{hint}</p>
        {children}
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {texts.app.cancel}
          </button>
          <button type="submit" class={danger ? 'button danger' : 'button primary'}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
