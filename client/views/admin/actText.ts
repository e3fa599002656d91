import { nodeMark, type OperatorAct } from '../../../protocol/admin.ts';
import type { AdminTexts } from '../../i18n/adminTexts.ts';

/** One sentence about what an operator did. */
export function actText(
  words: Pick<AdminTexts, 'acts' | 'marked' | 'token'>,
  { action, actor, node, meeting, detail }: OperatorAct,
): string {
  const who = actor.userId === null ? words.token : actor.name;
  if (action !== 'node-marked') {
    return words.acts[action](who, meeting?.title ?? '', detail['to'] ?? detail['endpoint'] ?? '');
  }
  const mark = nodeMark.catch('ready').parse(detail['mark']);
  return words.marked[mark](who, node?.name ?? '');
}
