import { Info, Phone, PhoneIncoming, PhoneMissed, PhoneOutgoing, Users, Video } from 'lucide';
import type { CallEntry } from '../../../protocol/callHistory.ts';
import type { CallType } from '../../../protocol/calls.ts';
import { clockTime } from '../clockTime.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

interface Props {
  entry: CallEntry;
  /** Why nobody can be called now; null: they can. */
  blocked: string | null;
  onCall: (callType: CallType) => void;
  onOpen: () => void;
}

/** One call or meeting in the list. */
export function CallRow({ entry, blocked, onCall, onOpen }: Props) {
  const { calls: texts, locale } = useTexts();
  const { name } = entry.with;
  const missed = entry.outcome === 'missed' && entry.direction === 'incoming';
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const what =
    entry.kind === 'meeting' ? texts.participants(entry.participantCount, entry.peakCount) : null;
  return (
    <li class={missed ? 'call-row missed' : 'call-row'} data-outcome={entry.outcome}>
      <Icon of={iconOf(entry, missed)} />
      <div class="call-row-text">
        <strong dir="auto">{name}</strong>
        <span class="muted">
          {what ?? `${texts.directions[entry.direction]} · ${texts.outcomes[entry.outcome]}`}
          {entry.durationSec > 0 && ` · ${clockTime(entry.durationSec)}`}
        </span>
        <time class="muted small" dateTime={entry.startedAt}>
          {when.format(new Date(entry.startedAt))}
        </time>
      </div>
      <div class="call-row-actions">
        {entry.kind === 'call' && (
          <>
            <RowButton
              of={Phone}
              label={`${texts.callAudio}: ${name}`}
              blocked={blocked}
              onClick={() => onCall('audio')}
            />
            <RowButton
              of={Video}
              label={`${texts.callVideo}: ${name}`}
              blocked={blocked}
              onClick={() => onCall('video')}
            />
          </>
        )}
        <RowButton of={Info} label={texts.details(name)} onClick={onOpen} />
      </div>
    </li>
  );
}

function RowButton({
  of,
  label,
  blocked = null,
  onClick,
}: {
  of: typeof Phone;
  label: string;
  blocked?: string | null;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={blocked ?? label}
      aria-disabled={blocked !== null}
      onClick={() => {
        if (blocked === null) onClick();
      }}
    >
      <Icon of={of} size={18} />
    </button>
  );
}

function iconOf({ kind, direction }: CallEntry, missed: boolean): typeof Phone {
  if (kind === 'meeting') return Users;
  if (missed) return PhoneMissed;
  return direction === 'incoming' ? PhoneIncoming : PhoneOutgoing;
}
