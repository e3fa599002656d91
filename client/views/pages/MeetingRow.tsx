import { KeyRound, Lock, Pencil, Trash2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { MeetingView } from '../../../protocol/meetings.ts';
import { CopyButton, meetingLink } from '../components/CopyButton.tsx';
import { Confirm } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { useApp, useTexts } from '../context.ts';
import { followLink } from '../router.ts';
import { MeetingDialog } from './MeetingDialog.tsx';

/** One meeting in the list. */
export function MeetingRow({ meeting }: { meeting: MeetingView }) {
  const texts = useTexts();
  const { home, session } = useApp();
  const [asking, setAsking] = useState<'edit' | 'end' | null>(null);
  const closeDialog = () => setAsking(null);
  const ended = meeting.endedAt !== null;
  const own = meeting.hostId === session.user.value?.id;
  const format = new Intl.DateTimeFormat(texts.locale, { dateStyle: 'medium', timeStyle: 'short' });
  const when =
    meeting.startsAt === null
      ? texts.home.created(format.format(new Date(meeting.createdAt)))
      : texts.home.starts(format.format(new Date(meeting.startsAt)));
  return (
    <li class={ended ? 'meeting-row ended' : 'meeting-row'}>
      <div class="meeting-row-text">
        <strong>{meeting.title}</strong>
        <span class="muted">
          {ended ? texts.home.ended : when} · <code>{meeting.code}</code>
          {meeting.hasPasscode && <Badge icon={KeyRound} label={texts.home.passcode} />}
          {meeting.locked && <Badge icon={Lock} label={texts.home.locked} />}
        </span>
      </div>
      {!ended && (
        <div class="meeting-row-actions">
          <CopyButton text={meetingLink(meeting.code)} label={texts.home.copyLink} compact />
          {own && (
            <>
              <RowButton
                icon={Pencil}
                label={texts.home.edit}
                title={meeting.title}
                onClick={() => setAsking('edit')}
              />
              <RowButton
                icon={Trash2}
                label={texts.home.end}
                title={meeting.title}
                onClick={() => setAsking('end')}
              />
            </>
          )}
          <a class="button" href={`/m/${meeting.code}`} onClick={followLink}>
            {texts.home.open}
          </a>
        </div>
      )}
      {asking === 'edit' && <MeetingDialog meeting={meeting} onClose={closeDialog} />}
      {asking === 'end' && (
        <Confirm
          title={texts.home.endConfirm(meeting.title)}
          hint={texts.home.endConfirmHint}
          action={texts.home.end}
          onConfirm={() => void home.end(meeting.id)}
          onClose={closeDialog}
        />
      )}
    </li>
  );
}

interface RowButtonProps {
  icon: typeof Lock;
  /** What it does. */
  label: string;
  /** Of the meeting that it does it to. */
  title: string;
  onClick: () => void;
}

function RowButton({ icon, label, title, onClick }: RowButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`${label}: ${title}`}
      title={label}
      onClick={onClick}
    >
      <Icon of={icon} size={18} />
    </button>
  );
}

function Badge({ icon, label }: { icon: typeof Lock; label: string }) {
  return (
    <span class="badge" title={label}>
      <Icon of={icon} size={14} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}
