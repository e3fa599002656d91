import { signal } from '@preact/signals';
import type { PeopleModel } from './peopleModels.ts';
import type { TalkDeps } from './talk.ts';

export function createPeople(_deps: TalkDeps): PeopleModel {
  return { unseen: signal(0) };
}
