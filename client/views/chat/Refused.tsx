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
        {title}: {failure.code === 'FORBIDDEN' ? words.mayNotWrite : failureText(texts, failure)[0]}
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
