/** Words of people. */
export interface PeopleTexts {
  title: string;
}
