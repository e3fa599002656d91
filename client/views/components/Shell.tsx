import { LogOut, Settings } from 'lucide';
import type { ComponentChildren } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, useTexts } from '../context.ts';
import { followLink, hasNavigated, navigate } from '../router.ts';
import { usePageTitle } from '../usePageTitle.ts';
import { SettingsDialog } from './SettingsDialog.tsx';
import { Icon } from './Icon.tsx';
import { OwnMenu } from './OwnMenu.tsx';
import { OngoingMeeting } from './OngoingMeeting.tsx';
import { Sections } from './Sections.tsx';

/** For the few visits that need it. */
const ProfileDialog = lazy(async () => (await import('../people/ProfileDialog.tsx')).ProfileDialog);

/** The frame of every page outside a meeting. */
export function Shell({ title = '', children }: { title?: string; children: ComponentChildren }) {
  const texts = useTexts();
  const { session, talk } = useApp();
  const own = talk.value?.people.own;
  const [settings, setSettings] = useState(false);
  const [profile, setProfile] = useState(false);
  const main = useRef<HTMLElement>(null);
  const user = session.user.value;
  usePageTitle(title);
  useEffect(() => {
    // The link or button that led here is gone; whoever uses keys goes on from the new page.
    if (hasNavigated()) main.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <a class="skip-link" href="#content">
        {texts.app.skipToContent}
      </a>
      <header class="top-bar">
        <a class="brand" href="/" onClick={followLink}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          {texts.app.name}
        </a>
        <Sections />
        <div class="top-bar-side">
          {user && <OwnMenu name={user.name} onProfile={() => setProfile(true)} />}
          <button
            type="button"
            class="icon-button"
            aria-label={texts.settings.title}
            title={texts.settings.title}
            onClick={() => setSettings(true)}
          >
            <Icon of={Settings} />
          </button>
          {user && (
            <button
              type="button"
              class="icon-button"
              aria-label={texts.account.signOut}
              title={texts.account.signOut}
              onClick={() => void session.signOut().then(() => navigate('/'))}
            >
              <Icon of={LogOut} />
            </button>
          )}
        </div>
      </header>
      <OngoingMeeting />
      <main ref={main} id="content" class="content" tabIndex={-1}>
        {children}
      </main>
      {profile && own && (
        <Suspense fallback={null}>
          <ProfileDialog own={own} onClose={() => setProfile(false)} />
        </Suspense>
      )}
      {settings && <SettingsDialog onClose={() => setSettings(false)} />}
    </>
  );
}
