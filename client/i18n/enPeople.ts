import type { PeopleTexts } from './peopleTexts.ts';

export const enPeople: PeopleTexts = {
  title: 'People',
};
