import { useEffect } from 'preact/hooks';
import type { Language, PreferencesModel, Theme } from '../../state/models.ts';
import { useApp, useTexts } from '../context.ts';
import { DevicePickers } from './DevicePickers.tsx';
import { Dialog } from './Dialog.tsx';
import { Check, Select } from './Field.tsx';
import { ShortcutList } from './ShortcutList.tsx';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const LANGUAGES: readonly Language[] = ['en', 'de'];

/** Devices, appearance, language, sounds and shortcuts. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const { preferences, devices, meeting } = useApp();
  const inMeeting = meeting.value?.phase.value.is === 'in';
  useEffect(() => {
    if (inMeeting) void devices.open();
  }, [inMeeting]);
  return (
    <Dialog title={texts.settings.title} onClose={onClose} wide>
      <section class="settings-section">
        <h3>{texts.settings.devices}</h3>
        <DevicePickers />
      </section>
      <section class="settings-section">
        <h3>{texts.settings.appearance}</h3>
        <Select
          label={texts.settings.theme}
          value={preferences.theme.value}
          onChange={(value) => {
            const theme = THEMES.find((one) => one === value);
            if (theme) preferences.setTheme(theme);
          }}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {texts.settings[theme]}
            </option>
          ))}
        </Select>
        <Select
          label={texts.settings.language}
          value={preferences.language.value}
          onChange={(value) => {
            const language = LANGUAGES.find((one) => one === value);
            if (language) preferences.setLanguage(language);
          }}
        >
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {texts.settings.languages[language]}
            </option>
          ))}
        </Select>
        <Check
          label={texts.settings.sounds}
          checked={preferences.sounds.value}
          onChange={preferences.setSounds}
        />
        {'Notification' in globalThis && (
          <Check
            label={texts.settings.notifications}
            checked={preferences.notifications.value}
            onChange={(on) => void setNotifications(preferences, on)}
          />
        )}
      </section>
      <section class="settings-section">
        <h3>{texts.settings.shortcuts}</h3>
        <ShortcutList />
      </section>
    </Dialog>
  );
}

/** Browsers ask the user once; who says no there has said no here. */
async function setNotifications(preferences: PreferencesModel, on: boolean): Promise<void> {
  const allowed = on && (await Notification.requestPermission()) === 'granted';
  preferences.setNotifications(allowed);
}
