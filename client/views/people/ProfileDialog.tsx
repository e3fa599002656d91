import { useEffect, useRef, useState } from 'preact/hooks';
import { AVATAR_TYPES } from '../../../protocol/people.ts';
import type { Failure } from '../../state/models.ts';
import type { ProfileModel } from '../../state/peopleModels.ts';
import '../../styles/people.css';
import { Avatar } from '../components/Avatar.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { DeleteAccount } from './DeleteAccount.tsx';
import { PictureCrop } from './PictureCrop.tsx';

/** One's name, line and picture, and the end of one's account. */
export function ProfileDialog({ own, onClose }: { own: ProfileModel; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.people.profile;
  return (
    <Dialog title={words.title} onClose={onClose} wide>
      <section class="settings-section">
        <Picture own={own} />
      </section>
      <section class="settings-section">
        <Lines own={own} />
      </section>
      <section class="settings-section">
        <h3>{words.deleteTitle}</h3>
        <DeleteAccount own={own} />
      </section>
    </Dialog>
  );
}

function Lines({ own }: { own: ProfileModel }) {
  const texts = useTexts();
  const words = texts.people.profile;
  const { session } = useApp();
  const profile = own.profile.value;
  const [name, setName] = useState(profile?.name ?? session.user.value?.name ?? '');
  const [about, setAbout] = useState(profile?.about ?? '');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saved, setSaved] = useState(false);
  const [busy, run] = useBusy();
  useEffect(() => setSaved(false), [name, about]);

  async function save(): Promise<void> {
    setFailure(null);
    try {
      await own.update({ name, about });
      setSaved(true);
    } catch (error) {
      setFailure(toFailure(error));
    }
  }

  return (
    <form
      class="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        run(save);
      }}
    >
      <Field label={words.name} value={name} onInput={setName} required maxLength={80} />
      <Field
        label={words.about}
        value={about}
        onInput={setAbout}
        hint={words.aboutHint}
        maxLength={160}
      />
      {failure && <FailureNote failure={failure} />}
      <footer class="actions">
        <span role="status" class="muted">
          {saved && words.saved}
        </span>
        <button type="submit" class="button primary" aria-disabled={busy} aria-busy={busy}>
          {texts.app.save}
        </button>
      </footer>
    </form>
  );
}

function Picture({ own }: { own: ProfileModel }) {
  const words = useTexts().people.profile;
  const { session } = useApp();
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const [problem, setProblem] = useState<Failure | 'unreadable' | null>(null);
  const [busy, run] = useBusy();
  const input = useRef<HTMLInputElement>(null);
  const user = session.user.value;
  const profile = own.profile.value;

  const attempt = (work: () => Promise<void>): void =>
    run(async () => {
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem(toFailure(error));
      }
    });

  async function open(file: File | undefined): Promise<void> {
    if (!file) return;
    setProblem(null);
    try {
      setPicture(await createImageBitmap(file, { imageOrientation: 'from-image' }));
    } catch {
      setProblem('unreadable');
    }
  }

  return (
    <div class="profile-picture" aria-busy={busy}>
      <h3>{words.picture}</h3>
      <div class="profile-picture-row">
        {user && <Avatar name={user.name} id={user.id} picture={profile?.avatarUrl ?? null} />}
        <div class="actions">
          <button
            type="button"
            class="button"
            aria-disabled={busy}
            onClick={() => input.current?.click()}
          >
            {profile?.avatarUrl ? words.changePicture : words.choosePicture}
          </button>
          {profile?.avatarUrl && (
            <button
              type="button"
              class="button"
              aria-disabled={busy}
              onClick={() => attempt(() => own.removePicture())}
            >
              {words.removePicture}
            </button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          hidden
          accept={AVATAR_TYPES.join(',')}
          aria-label={words.choosePicture}
          data-testid="picture-file"
          onChange={(event) => {
            void open(event.currentTarget.files?.[0]);
            // The same file may be chosen again.
            event.currentTarget.value = '';
          }}
        />
      </div>
      {problem === 'unreadable' && (
        <p class="field-error" role="alert">
          {words.noPicture}
        </p>
      )}
      {problem !== null && problem !== 'unreadable' && <FailureNote failure={problem} />}
      {picture && (
        <PictureCrop
          picture={picture}
          onClose={() => setPicture(null)}
          onDone={(file) => {
            setPicture(null);
            attempt(() => own.setPicture(file));
          }}
        />
      )}
    </div>
  );
}
