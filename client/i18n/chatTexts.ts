/** Words of messages. */
export interface ChatTexts {
  title: string;
}
