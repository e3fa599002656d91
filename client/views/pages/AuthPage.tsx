import { useState } from 'preact/hooks';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { Shell } from '../components/Shell.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { followLink, meetingPath, navigate, nextPage } from '../router.ts';

/** Signing in and signing up, and the way in for those who only have a code. */
export function AuthPage({ mode }: { mode: 'sign-in' | 'sign-up' }) {
  const texts = useTexts();
  return (
    <Shell title={mode === 'sign-in' ? texts.account.signIn : texts.account.signUp}>
      <div class="auth-page">
        <section class="auth-intro">
          <h1>{texts.app.name}</h1>
          <p>{texts.app.tagline}</p>
          <JoinByCode />
          <p class="muted">{texts.account.guestHint}</p>
        </section>
        <AccountForm mode={mode} />
      </div>
    </Shell>
  );
}

function AccountForm({ mode }: { mode: 'sign-in' | 'sign-up' }) {
  const texts = useTexts();
  const { session } = useApp();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const signsUp = mode === 'sign-up';

  async function submit(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      if (signsUp) await session.signUp({ email: email.trim(), name: name.trim(), password });
      else await session.signIn({ email: email.trim(), password });
      navigate(nextPage(), 'replace');
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  }

  const wrong = failure?.code === 'UNAUTHENTICATED' ? texts.signInWrong : undefined;
  return (
    <section class="card auth-card">
      <h2>{signsUp ? texts.account.signUpTitle : texts.account.signInTitle}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {signsUp && (
          <Field
            label={texts.account.name}
            name="name"
            autocomplete="name"
            required
            maxLength={80}
            value={name}
            onInput={setName}
          />
        )}
        <Field
          label={texts.account.email}
          type="email"
          name="email"
          autocomplete="username"
          required
          maxLength={254}
          value={email}
          onInput={setEmail}
        />
        <Field
          label={texts.account.password}
          type="password"
          name="password"
          autocomplete={signsUp ? 'new-password' : 'current-password'}
          required
          maxLength={200}
          {...(signsUp && { minLength: 10, hint: texts.account.passwordHint })}
          value={password}
          onInput={setPassword}
        />
        {failure && <FailureNote failure={failure} text={wrong} />}
        <button type="submit" class="button primary block" disabled={busy} aria-busy={busy}>
          {signsUp ? texts.account.signUp : texts.account.signIn}
        </button>
      </form>
      <p class="auth-switch">
        {signsUp ? texts.account.haveAccount : texts.account.noAccount}{' '}
        <a href={(signsUp ? '/sign-in' : '/sign-up') + location.search} onClick={followLink}>
          {signsUp ? texts.account.signIn : texts.account.signUp}
        </a>
      </p>
    </section>
  );
}

/** Takes a code or a whole link. */
export function JoinByCode() {
  const texts = useTexts();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      class="join-by-code"
      onSubmit={(event) => {
        event.preventDefault();
        const to = meetingPath(text);
        if (to === null) setWrong(true);
        else navigate(to);
      }}
    >
      <Field
        label={texts.home.codeLabel}
        placeholder={texts.home.codePlaceholder}
        autocomplete="off"
        required
        error={wrong ? texts.home.codeWrong : undefined}
        value={text}
        onInput={(value) => {
          setText(value);
          setWrong(false);
        }}
      />
      <button type="submit" class="button">
        {texts.home.join}
      </button>
    </form>
  );
}
