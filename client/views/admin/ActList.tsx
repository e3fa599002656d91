import type { OperatorAct } from '../../../protocol/admin.ts';
import type { AdminTexts } from '../../i18n/adminTexts.ts';
import { useTexts } from '../context.ts';
import { momentText } from '../hosting/momentText.ts';
import { actText } from './actText.ts';

/** What operators did, newest first. */
export function ActList({ acts }: { acts: readonly OperatorAct[] }) {
  const texts = useTexts();
  const words: AdminTexts = texts.admin;
  if (acts.length === 0) return <p class="muted">{words.noActivity}</p>;
  return (
    <ol class="act-list">
      {acts.map((act) => (
        <li key={act.id}>
          <time class="muted small" dateTime={act.at}>
            {momentText(texts.locale, act.at)}
          </time>
          <span>{actText(words, act)}</span>
        </li>
      ))}
    </ol>
  );
}
