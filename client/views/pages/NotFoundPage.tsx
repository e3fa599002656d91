import { Shell } from '../components/Shell.tsx';
import { useTexts } from '../context.ts';
import { followLink } from '../router.ts';

export function NotFoundPage() {
  const texts = useTexts();
  return (
    <Shell title={texts.app.notFound}>
      <section class="message-page">
        <h1>{texts.app.notFound}</h1>
        <p class="muted">{texts.app.notFoundHint}</p>
        <a class="button primary" href="/" onClick={followLink}>
          {texts.app.home}
        </a>
      </section>
    </Shell>
  );
}
