import { ChevronDown, ChevronUp, Download } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from '../components/Icon.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface BesidePanelProps {
  title: string;
  testId: string;
  /** Its file. */
  file: { url: string; name: string };
  /** That comes next in the outline of the page. */
  heading: 'h2' | 'h3';
  children: ComponentChildren;
}

/** Something to read beside a player, which can be folded away and saved. */
export function BesidePanel({ title, testId, file, heading: Heading, children }: BesidePanelProps) {
  const { beside } = useRecordingTexts();
  const bodyId = useId();
  const [open, setOpen] = useState(true);
  const fold = beside.ofName(open ? beside.hide : beside.show, title);
  const save = beside.ofName(beside.download, title);
  return (
    <section class="recording-chat" data-testid={testId}>
      <header class="recording-chat-head">
        <Heading>{title}</Heading>
        <a
          class="icon-button"
          href={file.url}
          download={file.name}
          aria-label={save}
          title={beside.download}
        >
          <Icon of={Download} />
        </a>
        <button
          type="button"
          class="icon-button"
          aria-expanded={open}
          aria-controls={bodyId}
          aria-label={fold}
          title={open ? beside.hide : beside.show}
          onClick={() => setOpen(!open)}
        >
          <Icon of={open ? ChevronUp : ChevronDown} />
        </button>
      </header>
      <div id={bodyId} hidden={!open} class="recording-chat-body">
        {children}
      </div>
    </section>
  );
}
