import type { ChatTexts } from './chatTexts.ts';

export const deChat: ChatTexts = {
  title: 'Nachrichten',
};
