import type { ChatTexts } from './chatTexts.ts';

export const enChat: ChatTexts = {
  title: 'Messages',
};
