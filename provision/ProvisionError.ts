/** A failure that the user can do something about: what happened, and the exact thing to do. */
export class ProvisionError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ProvisionError';
    this.advice = advice;
  }
}
