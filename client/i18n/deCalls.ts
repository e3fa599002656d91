import type { CallsTexts } from './callsTexts.ts';

export const deCalls: CallsTexts = {
  title: 'Anrufe',
};
