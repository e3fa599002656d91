import { useEffect, useState } from 'preact/hooks';
import { NO_FILTERS, type CallsModel } from '../../state/callsModels.ts';
import type { Failure } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';

interface Props {
  calls: CallsModel;
  /** Who is in the call already. */
  exceptId: string;
  onClose: () => void;
}

/** Asks somebody into the call: a contact, or somebody one has talked to. */
export function AddPerson({ calls, exceptId, onClose }: Props) {
  const texts = useTexts().calls;
  const [busy, run] = useBusy();
  const [failure, setFailure] = useState<Failure | null>(null);
  const entries = calls.history.entries.value;
  // Also those whom a choice on the page of calls leaves out.
  useEffect(() => void calls.history.setFilters(NO_FILTERS), []);
  const contacts = useApp().talk.value?.people.contacts.value;
  const known = [
    ...(contacts?.is === 'ready' ? contacts.value : [])
      .filter(({ state }) => state === 'contact')
      .map(({ person }) => person),
    ...(entries.is === 'ready' ? entries.value : [])
      .filter(({ kind }) => kind === 'call')
      .map((entry) => entry.with),
  ];
  const people = new Map(
    known.filter(({ id }) => id !== exceptId).map(({ id, name }) => [id, { id, name }]),
  );
  return (
    <Dialog title={texts.addPerson} onClose={onClose}>
      <p class="muted">{people.size > 0 ? texts.addPersonHint : texts.nobodyToAdd}</p>
      {failure && <FailureNote failure={failure} />}
      <ul class="call-people">
        {[...people.values()].map(({ id, name }) => (
          <li key={id}>
            <Avatar name={name} id={id} />
            <span>{name}</span>
            <button
              type="button"
              class="button"
              aria-label={`${texts.add}: ${name}`}
              aria-disabled={busy}
              onClick={() =>
                run(() =>
                  calls
                    .invite([id])
                    .then(onClose, (error: unknown) => setFailure(toFailure(error))),
                )
              }
            >
              {texts.add}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
