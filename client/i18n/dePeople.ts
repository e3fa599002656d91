import type { PeopleTexts } from './peopleTexts.ts';

export const dePeople: PeopleTexts = {
  title: 'Personen',
};
