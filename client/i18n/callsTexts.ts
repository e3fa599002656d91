/** Words of calls. */
export interface CallsTexts {
  title: string;
}
