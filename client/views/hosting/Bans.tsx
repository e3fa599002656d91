import type { BanView } from '../../../protocol/meetings.ts';
import type { HostModel } from '../../state/hostModels.ts';
import { useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { HostList, useFetchedList } from './HostList.tsx';
import { momentText } from './momentText.ts';

/** Who is kept out, and letting them come again. */
export function Bans({ host }: { host: HostModel }) {
  const { tools } = useTexts().hosting;
  const list = useFetchedList<BanView>();
  return (
    <HostList
      title={tools.bans}
      empty={tools.noBans}
      list={list}
      onOpen={() => void list.fetch(() => host.bans(), 'anew')}
    >
      <ul class="people">
        {list.items?.map((ban) => (
          <BanRow
            key={ban.id}
            ban={ban}
            onLift={async () => {
              await host.liftBan(ban.id);
              await list.fetch(() => host.bans(), 'anew');
            }}
          />
        ))}
      </ul>
    </HostList>
  );
}

function BanRow({ ban, onLift }: { ban: BanView; onLift: () => Promise<void> }) {
  const texts = useTexts();
  const { tools } = texts.hosting;
  const [busy, run] = useBusy();
  const when = momentText(texts.locale, ban.bannedAt);
  return (
    <li class="person">
      <span class="person-name">
        <span title={ban.name}>{ban.name}</span>
        <span class="muted small person-story">{tools.bannedBy(ban.bannedBy, when)}</span>
      </span>
      <button
        type="button"
        class="button small"
        aria-label={tools.liftOf(ban.name)}
        aria-disabled={busy}
        aria-busy={busy}
        onClick={() => run(onLift)}
      >
        {tools.lift}
      </button>
    </li>
  );
}
