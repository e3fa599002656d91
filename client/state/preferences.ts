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
  const theme = signal(THEMES.find((one) => one === kept.theme.get()) ?? 'system');
  const language = signal(LANGUAGES.find((one) => one === kept.language.get()) ?? ofBrowser());
  const sounds = signal(kept.sounds.get() !== 'off');
  const notifications = signal(kept.notifications.get() === 'on');
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
