import { useTexts } from '../context.ts';
import { followLink } from '../router.ts';

/** To sign in, and back to this page. */
export function SignInLink() {
  const texts = useTexts();
  return (
    <a
      class="button"
      href={`/sign-in?next=${encodeURIComponent(location.pathname)}`}
      onClick={followLink}
    >
      {texts.account.signIn}
    </a>
  );
}
