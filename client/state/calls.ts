import { signal } from '@preact/signals';
import type { CallsModel } from './callsModels.ts';
import type { TalkDeps } from './talk.ts';

export function createCalls(_deps: TalkDeps): CallsModel {
  return { unseen: signal(0) };
}
