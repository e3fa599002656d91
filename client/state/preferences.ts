import { signal } from '@preact/signals';
import type { Language, PreferencesModel, Theme } from './models.ts';
import { keptLocally } from './storage.ts';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const LANGUAGES: readonly Language[] = ['en', 'de'];

export function createPreferences(): PreferencesModel {
  const kept = {
    theme: keptLocally('theme'),
    language: keptLocally('language'),
    sounds: keptLocally('sounds'),
    notifications: keptLocally('notifications'),
  };
  const theme = signal<Theme>('system');
  const language = signal<Language>('en');
  const sounds = signal(true);
  const notifications = signal(false);

  function read(): void {
    theme.value = THEMES.find((one) => one === kept.theme.get()) ?? 'system';
    language.value = LANGUAGES.find((one) => one === kept.language.get()) ?? ofBrowser();
    sounds.value = kept.sounds.get() !== 'off';
    notifications.value = kept.notifications.get() === 'on';
  }

  read();
  // What is chosen in one tab holds in all: any of them may be the one that tells of a message.
  addEventListener('storage', read);
  return {
    theme,
    language,
    sounds,
    notifications,
    setTheme(value) {
      theme.value = value;
      kept.theme.set(value);
    },
    setLanguage(value) {
      language.value = value;
      kept.language.set(value);
    },
    setSounds(on) {
      sounds.value = on;
      kept.sounds.set(on ? 'on' : 'off');
    },
    setNotifications(on) {
      notifications.value = on;
      kept.notifications.set(on ? 'on' : 'off');
    },
  };
}

/** The first of the browser's languages that there is a translation for. */
function ofBrowser(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return LANGUAGES.find((one) => one === wanted.find((tag) => isLanguage(tag))) ?? 'en';
}

function isLanguage(tag: string): boolean {
  return (LANGUAGES as readonly string[]).includes(tag);
}
