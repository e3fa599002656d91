import { useId, useState } from 'preact/hooks';
import type { LiveMeeting } from '../../../protocol/admin.ts';
import type { AdminModel } from '../../state/adminModels.ts';
import { Confirm } from '../components/Dialog.tsx';
import { Select } from '../components/Field.tsx';
import { useTexts } from '../context.ts';
import { momentText } from '../hosting/momentText.ts';
import { useBusy } from '../useBusy.ts';
import { Placement } from './Placement.tsx';

interface LiveMeetingRowProps {
  meeting: LiveMeeting;
  admin: AdminModel;
  /** Never rejects. @param to null: whichever node is fit */
  onMove: (to: string | null) => Promise<void>;
  onEnd: () => Promise<void>;
}

/** One live meeting, where it is, and what an operator can do to it. */
export function LiveMeetingRow({ meeting, admin, onMove, onEnd }: LiveMeetingRowProps) {
  const texts = useTexts();
  const words = texts.admin;
  const { id, title, code, owner, epoch, participants, waiting, since } = meeting;
  const [asking, setAsking] = useState<'move' | 'end' | null>(null);
  const [open, setOpen] = useState(false);
  const [busy, run] = useBusy();
  const placementId = useId();
  const close = (): void => setAsking(null);
  return (
    <li class="meeting-row live-meeting" data-testid={`live-${id}`}>
      <div class="meeting-row-text">
        <strong>{title}</strong>
        <span class="muted">
          <code>{code}</code> · {words.people(participants)}
          {waiting > 0 && ` · ${words.waiting(waiting)}`}
          {since !== null && ` · ${words.since(momentText(texts.locale, since))}`}
        </span>
        <span class="muted">
          {words.owner}: {owner.name} · {words.epoch} {epoch}
        </span>
      </div>
      <div class="meeting-row-actions">
        <button
          type="button"
          class="button small"
          aria-expanded={open}
          aria-controls={placementId}
          aria-label={words.placementOf(title)}
          onClick={() => setOpen(!open)}
        >
          {words.placement}
        </button>
        <RowAction
          label={words.move}
          name={words.moveOf(title)}
          busy={busy}
          onClick={() => setAsking('move')}
        />
        <RowAction
          label={words.end}
          name={words.endOf(title)}
          busy={busy}
          onClick={() => setAsking('end')}
        />
      </div>
      <div id={placementId} class="live-placement" hidden={!open}>
        {open && <Placement admin={admin} meetingId={id} />}
      </div>
      {asking === 'move' && (
        <MoveDialog
          meeting={meeting}
          admin={admin}
          onConfirm={(to) => run(() => onMove(to))}
          onClose={close}
        />
      )}
      {asking === 'end' && (
        <Confirm
          title={words.endTitle(title)}
          hint={words.endHint}
          action={texts.home.end}
          onConfirm={() => run(onEnd)}
          onClose={close}
        />
      )}
    </li>
  );
}

interface MoveDialogProps {
  meeting: LiveMeeting;
  admin: AdminModel;
  onConfirm: (to: string | null) => void;
  onClose: () => void;
}

function MoveDialog({ meeting: { title, owner }, admin, onConfirm, onClose }: MoveDialogProps) {
  const words = useTexts().admin;
  const [to, setTo] = useState('');
  const targets = (admin.nodes.value.value ?? []).filter(
    ({ instanceId, roles, mark }) =>
      instanceId !== owner.instanceId && roles.includes('signaling') && mark === 'ready',
  );
  // One that was chosen may have gone meanwhile.
  const chosen = targets.some(({ instanceId }) => instanceId === to) ? to : '';
  return (
    <Confirm
      title={words.moveTitle(title)}
      hint={words.moveHint}
      action={words.move.replace(/\s?…$/, '')}
      danger={false}
      onConfirm={() => onConfirm(chosen === '' ? null : chosen)}
      onClose={onClose}
    >
      {targets.length === 0 ? (
        <p role="status">{words.moveNowhere}</p>
      ) : (
        <Select label={words.moveTo} value={chosen} onChange={setTo}>
          <option value="">{words.moveAnywhere}</option>
          {targets.map(({ instanceId, name }) => (
            <option key={instanceId} value={instanceId}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Confirm>
  );
}

interface RowActionProps {
  label: string;
  name: string;
  busy: boolean;
  onClick: () => void;
}

function RowAction({ label, name, busy, onClick }: RowActionProps) {
  return (
    <button
      type="button"
      class="button small"
      aria-label={name}
      aria-disabled={busy}
      onClick={() => {
        if (!busy) onClick();
      }}
    >
      {label}
    </button>
  );
}
