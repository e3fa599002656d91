import type { Denial } from '../../state/models.ts';
import { CallNotice } from '../calls/CallNotice.tsx';
import { HomeLink } from '../components/HomeLink.tsx';
import { Shell } from '../components/Shell.tsx';
import { SignInLink } from '../components/SignInLink.tsx';
import { failureText, useTexts } from '../context.ts';
import { HostMessage } from './HostMessage.tsx';

/** What asking once more cannot change. */
const FINAL = new Set<Denial['code']>(['BANNED', 'ENDED', 'GUESTS_NOT_ALLOWED']);

interface DeniedPageProps {
  denial: Denial;
  busy: boolean;
  onAsk: () => void;
}

/** After the waiting room, for those whom it did not let in: why, and what can be done. */
export function DeniedPage({ denial, busy, onAsk }: DeniedPageProps) {
  const texts = useTexts();
  const { waiting } = texts.hosting;
  const { code, message } = denial;
  const byHost = code === 'FORBIDDEN';
  const [title, hint] = byHost
    ? [waiting.denied, waiting.deniedHint]
    : failureText(texts, { code });
  return (
    <Shell title={title}>
      <section class="message-page" data-testid="denied-page" data-code={code}>
        <div role="alert">
          <h1>{title}</h1>
          <p class="muted">{hint}</p>
        </div>
        {message !== null && <HostMessage message={message} />}
        {!FINAL.has(code) && <CallNotice />}
        <div class="actions actions-centered">
          {!FINAL.has(code) && (
            <button
              type="button"
              class="button primary"
              disabled={busy}
              aria-busy={busy}
              onClick={() => onAsk()}
            >
              {byHost ? waiting.askAgain : texts.app.retry}
            </button>
          )}
          {code === 'GUESTS_NOT_ALLOWED' && <SignInLink />}
          <HomeLink />
        </div>
      </section>
    </Shell>
  );
}
