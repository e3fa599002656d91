import { signal } from '@preact/signals';
import type { ChatModel } from './chatModels.ts';
import type { TalkDeps } from './talk.ts';

export function createChat(_deps: TalkDeps): ChatModel {
  return { unseen: signal(0) };
}
