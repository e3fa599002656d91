import { useId } from 'preact/hooks';
import type { Failure, JoinOptions } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { HomeLink } from '../components/HomeLink.tsx';
import { SignInLink } from '../components/SignInLink.tsx';
import { useTexts } from '../context.ts';

interface RefusalProps {
  failure: Failure;
  busy: boolean;
  onJoin: (options: JoinOptions) => void;
}

/** Why one did not get in, with what helps. */
export function Refusal({ failure, busy, onJoin }: RefusalProps) {
  const texts = useTexts();
  return (
    <FailureNote failure={failure}>
      {failure.code === 'ALREADY_JOINED' && (
        <div class="choices">
          <Choice
            label={texts.lobby.moveHere}
            hint={texts.lobby.moveHereHint}
            disabled={busy}
            onClick={() => onJoin({ takeOver: true })}
          />
          <Choice
            label={texts.lobby.besideHere}
            hint={texts.lobby.besideHereHint}
            disabled={busy}
            onClick={() => onJoin({ companion: true })}
          />
        </div>
      )}
      {(failure.code === 'GUESTS_NOT_ALLOWED' || failure.code === 'UNAUTHENTICATED') && (
        <SignInLink />
      )}
      {(failure.code === 'ENDED' || failure.code === 'BANNED') && <HomeLink />}
      {failure.code === 'CLIENT_TOO_OLD' && (
        <button type="button" class="button" onClick={() => location.reload()}>
          {texts.app.reload}
        </button>
      )}
    </FailureNote>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  disabled: boolean;
  onClick: () => void;
}

/** A button and what it means. */
function Choice({ label, hint, disabled, onClick }: ChoiceProps) {
  const id = useId();
  return (
    <div class="choice">
      <button
        type="button"
        class="button"
        aria-describedby={id}
        disabled={disabled}
        onClick={onClick}
      >
        {label}
      </button>
      <p id={id} class="small">
        {hint}
      </p>
    </div>
  );
}
