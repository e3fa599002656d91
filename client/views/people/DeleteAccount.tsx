import { useState } from 'preact/hooks';
import type { Failure } from '../../state/models.ts';
import type { ProfileModel } from '../../state/peopleModels.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure, useTexts } from '../context.ts';
import { navigate } from '../router.ts';
import { useBusy } from '../useBusy.ts';

/** Says what would go, and asks for the password before it does. */
export function DeleteAccount({ own }: { own: ProfileModel }) {
  const words = useTexts().people.profile;
  const [asking, setAsking] = useState(false);
  return (
    <>
      <p class="muted">{words.deleteHint}</p>
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {words.deleteAction}
      </button>
      {asking && <Question own={own} onClose={() => setAsking(false)} />}
    </>
  );
}

function Question({ own, onClose }: { own: ProfileModel; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.people.profile;
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, run] = useBusy();

  async function confirm(): Promise<void> {
    setFailure(null);
    try {
      await own.deleteAccount(password);
      navigate('/');
    } catch (error) {
      setFailure(toFailure(error));
    }
  }

  return (
    <Dialog title={words.deleteConfirm} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          run(confirm);
        }}
      >
        <p class="muted">{words.deleteConfirmHint}</p>
        <Field
          label={words.password}
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
          required
          maxLength={200}
        />
        {failure && (
          <FailureNote
            failure={failure}
            text={failure.code === 'FORBIDDEN' ? words.wrongPassword : undefined}
          />
        )}
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {texts.app.cancel}
          </button>
          <button type="submit" class="button danger" aria-disabled={busy} aria-busy={busy}>
            {words.deleteTitle}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
