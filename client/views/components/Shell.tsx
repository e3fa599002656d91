import { LogOut, Settings } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useApp, useTexts } from '../context.ts';
import { followLink, navigate } from '../router.ts';
import { SettingsDialog } from './SettingsDialog.tsx';
import { Icon } from './Icon.tsx';

/** The frame of every page outside a meeting. */
export function Shell({ children }: { children: ComponentChildren }) {
  const texts = useTexts();
  const { session } = useApp();
  const [settings, setSettings] = useState(false);
  const user = session.user.value;
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
        <div class="top-bar-side">
          {user && <span class="top-bar-name">{user.name}</span>}
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
      <main id="content" class="content">
        {children}
      </main>
      {settings && <SettingsDialog onClose={() => setSettings(false)} />}
    </>
  );
}
