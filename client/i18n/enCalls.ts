import type { CallsTexts } from './callsTexts.ts';

export const enCalls: CallsTexts = {
  title: 'Calls',
};
