import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../../protocol/meetings.ts';
import type { HostModel } from '../../state/hostModels.ts';
import { useTexts } from '../context.ts';
import { auditText } from './auditText.ts';
import { HostList, useFetchedList } from './HostList.tsx';
import { momentText } from './momentText.ts';

/** Who did what to whom, newest first. */
export function Activity({ host }: { host: HostModel }) {
  const texts = useTexts();
  const { tools } = texts.hosting;
  const list = useFetchedList<AuditEntry>();
  const [next, setNext] = useState<number | null>(null);

  function load(before?: number): void {
    const page = async (): Promise<AuditEntry[]> => {
      const found = await host.audit(before);
      setNext(found.next);
      return found.entries;
    };
    void list.fetch(page, before === undefined ? 'anew' : 'more');
  }

  return (
    <HostList title={tools.audit} empty={tools.noAudit} list={list} onOpen={() => load()}>
      <ol class="activity">
        {list.items?.map((entry) => (
          <li key={entry.id}>
            <time class="muted small" dateTime={entry.at}>
              {momentText(texts.locale, entry.at)}
            </time>
            <span>{auditText(tools, entry)}</span>
          </li>
        ))}
      </ol>
      {next !== null && (
        <button
          type="button"
          class="button"
          disabled={list.loading}
          aria-busy={list.loading}
          onClick={() => load(next)}
        >
          {tools.moreAudit}
        </button>
      )}
    </HostList>
  );
}
