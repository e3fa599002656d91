import { deRecordings } from '../../i18n/deRecordings.ts';
import { enRecordings } from '../../i18n/enRecordings.ts';
import type { RecordingTexts } from '../../i18n/recordingTexts.ts';
import type { Language } from '../../state/models.ts';
import { useApp } from '../context.ts';

const TEXTS: Record<Language, RecordingTexts> = { en: enRecordings, de: deRecordings };

/** The words of recordings, which only their pages load. */
export function useRecordingTexts(): RecordingTexts {
  return TEXTS[useApp().preferences.language.value];
}
