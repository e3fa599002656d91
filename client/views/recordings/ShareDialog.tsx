import { Link2Off } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { RecordingView, ShareView } from '../../../protocol/recordings.ts';
import type { OwnRecordingsModel } from '../../state/recordings/recordingModels.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useTexts } from '../context.ts';
import { useRetry } from '../useRetry.ts';
import { Choice } from './Choice.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const DEFAULT_DAYS = 7;
const MOST_DAYS = 365;

interface ShareDialogProps {
  model: OwnRecordingsModel;
  recording: RecordingView;
  onClose: () => void;
}

/** Makes links to a recording, and ends them. */
export function ShareDialog({ model, recording, onClose }: ShareDialogProps) {
  const { share: words, failures } = useRecordingTexts();
  const [days, setDays] = useState(String(DEFAULT_DAYS));
  const [withChat, setWithChat] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const [shares, setShares] = useState<readonly ShareView[]>([]);
  const [busy, setBusy] = useState(false);
  const { failed, run, dismiss } = useRetry();
  const { id } = recording;
  const look = async (): Promise<void> => setShares(await model.shares(id));
  useEffect(() => run(look), []);
  const wanted = Number(days);
  const isValid = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_DAYS;
  const make = (): void => {
    if (busy || !isValid) return;
    setBusy(true);
    run(async () => {
      try {
        const { path } = await model.share(id, { days: wanted, withChat });
        setLink(new URL(path, location.origin).href);
        await look();
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <p class="muted">{words.hint}</p>
        <Field
          label={words.days}
          value={days}
          onInput={setDays}
          type="number"
          min={1}
          max={MOST_DAYS}
          required
        />
        <Choice
          label={words.withChat}
          hint={words.withChatHint}
          on={withChat}
          onChange={setWithChat}
        />
        <button
          type="submit"
          class="button primary"
          aria-disabled={busy || !isValid}
          aria-busy={busy}
        >
          {words.make}
        </button>
        {link !== null && (
          <div class="recording-link" role="status">
            <strong>{words.once}</strong>
            <a href={link} target="_blank" rel="noreferrer" data-testid="share-link">
              {link}
            </a>
            <CopyButton text={link} label={words.copy} />
          </div>
        )}
        <RetryNote {...{ failed, dismiss }} texts={failures} />
      </form>
      <section class="recording-shares">
        <h3>{words.links}</h3>
        {shares.length === 0 && <p class="muted small">{words.none}</p>}
        <ul class="recording-tracks">
          {shares.map((share) => (
            <Share
              key={share.id}
              share={share}
              onRevoke={() =>
                run(async () => {
                  await model.revoke(id, share.id);
                  await look();
                })
              }
            />
          ))}
        </ul>
      </section>
    </Dialog>
  );
}

function Share({ share, onRevoke }: { share: ShareView; onRevoke: () => void }) {
  const { locale } = useTexts();
  const { share: words } = useRecordingTexts();
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const until = words.until(format.format(new Date(share.expiresAt)));
  return (
    <li>
      <span>
        {until}
        {share.withChat && <span class="muted small">{words.showsChat}</span>}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={`${words.revoke}: ${until}`}
        onClick={onRevoke}
      >
        <Icon of={Link2Off} />
      </button>
    </li>
  );
}
