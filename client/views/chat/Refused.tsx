import type { Texts } from '../../i18n/texts.ts';
import type { Failure } from '../../state/models.ts';
import { failureText, useTexts } from '../context.ts';

interface RefusedProps {
  /** What did not happen. */
  title: string;
  failure: Failure;
  again: string;
  onRetry: () => void;
  onDiscard: () => void;
}

/** At a message: what the server has refused, and what can be done about it. */
export function Refused({ title, failure, again, onRetry, onDiscard }: RefusedProps) {
  const texts = useTexts();
  const words = texts.chat;
  return (
    <div class="message-failure" role="alert" data-testid="message-failure">
      <span>
        {title}: {reasonOf(texts, failure)}
      </span>
      <button type="button" class="link-button" onClick={onRetry}>
        {again}
      </button>
      <button type="button" class="link-button" onClick={onDiscard}>
        {words.discard}
      </button>
    </div>
  );
}

function reasonOf(texts: Texts, failure: Failure): string {
  if (failure.code === 'FORBIDDEN') return texts.chat.mayNotWrite;
  // Also of whoever has blocked one: that is not told.
  if (failure.code === 'NOT_FOUND') return texts.chat.notHere;
  return failureText(texts, failure)[0];
}
