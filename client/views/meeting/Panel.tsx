import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

interface PanelProps {
  title: string;
  testId: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Something to look at beside the stage; the meeting goes on. */
export function Panel({ title, testId, onClose, children }: PanelProps) {
  const texts = useTexts();
  return (
    <aside class="panel" tabIndex={-1} aria-label={title} data-testid={testId}>
      <header class="panel-head">
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label={texts.app.close} onClick={onClose}>
          <Icon of={X} />
        </button>
      </header>
      <div class="panel-body">{children}</div>
    </aside>
  );
}
