import { deLive } from '../../i18n/deLive.ts';
import { enLive } from '../../i18n/enLive.ts';
import type { LiveTexts } from '../../i18n/liveTexts.ts';
import type { Language } from '../../state/models.ts';
import { useApp } from '../context.ts';

const TEXTS: Record<Language, LiveTexts> = { en: enLive, de: deLive };

/** The words of live rooms, which only their pages load. */
export function useLiveTexts(): LiveTexts {
  return TEXTS[useApp().preferences.language.value];
}
