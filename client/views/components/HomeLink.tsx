import { hasAccount, useApp, useTexts } from '../context.ts';
import { followLink } from '../router.ts';

/** The way on for whom there is no other: to one's meetings, or to where one starts. */
export function HomeLink({ primary = false }: { primary?: boolean }) {
  const { app } = useTexts();
  const { session } = useApp();
  return (
    <a class={primary ? 'button primary' : 'button'} href="/" onClick={followLink}>
      {hasAccount(session.user.value) ? app.home : app.startPage}
    </a>
  );
}
