import { Check, Copy } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { Icon } from './Icon.tsx';

const SHOWN_MS = 2_000;

/** Copies a text and says so for a moment. */
export function CopyButton({
  text,
  label,
  compact = false,
}: {
  text: string;
  label: string;
  compact?: boolean;
}) {
  const texts = useTexts();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const shown = copied ? texts.app.copied : label;
  return (
    <button
      type="button"
      class={compact ? 'icon-button' : 'button'}
      aria-label={shown}
      title={shown}
      onClick={() => void copy(text).then(setCopied)}
    >
      <Icon of={copied ? Check : Copy} size={18} />
      {!compact && <span aria-live="polite">{shown}</span>}
    </button>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages that came over plain http have no clipboard: the user copies it from here.
    prompt('', text);
    return false;
  }
}

/** The link that brings somebody into a meeting. */
export function meetingLink(code: string): string {
  return `${location.origin}/m/${code}`;
}
