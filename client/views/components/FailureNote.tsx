import { TriangleAlert } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { FailureText } from '../../i18n/texts.ts';
import type { Failure } from '../../state/models.ts';
import { failureText, useTexts } from '../context.ts';
import { Icon } from './Icon.tsx';

/** What went wrong and what to do about it, with whatever helps next to it. */
export function FailureNote({
  failure,
  text,
  texts: others = {},
  children,
}: {
  failure: Failure;
  /** Other words than those of the code. */
  text?: FailureText | undefined;
  /** Other words for some codes. */
  texts?: Partial<Record<Failure['code'], FailureText>>;
  children?: ComponentChildren;
}) {
  const texts = useTexts();
  const [title, hint] = text ?? others[failure.code] ?? failureText(texts, failure);
  const errorId = failure.details?.['errorId'];
  return (
    <div class="note note-warning" role="alert" data-code={failure.code}>
      <Icon of={TriangleAlert} />
      <div class="note-text">
        <strong>{title}</strong>
        <span>{hint}</span>
        {typeof errorId === 'string' && (
          <span class="small">
            {texts.app.errorId}: <code>{errorId}</code>
          </span>
        )}
        {children}
      </div>
    </div>
  );
}
