import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import type { FailureText, Texts } from '../i18n/texts.ts';
import type { AppModel, Failure, Language, User } from '../state/models.ts';

const SECOND_MS = 1_000;
const TEXTS: Record<Language, Texts> = { en, de };

export const AppContext = createContext<AppModel | null>(null);

export function useApp(): AppModel {
  const app = useContext(AppContext);
  if (!app) throw new Error('outside of the app');
  return app;
}

/** The words of the chosen language. */
export function useTexts(): Texts {
  return TEXTS[useApp().preferences.language.value];
}

/** What happened and what to do, for any error that a model threw. */
export function failureText(texts: Texts, failure: Failure): FailureText {
  const [title, hint] = texts.failures[failure.code];
  if (failure.code !== 'RATE_LIMITED' || failure.retryAfterMs === undefined) return [title, hint];
  return [title, texts.time.retryIn(Math.ceil(failure.retryAfterMs / SECOND_MS))];
}

/** An error that a model threw, as its Failure. */
export function toFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  reportError(error);
  return { code: 'INTERNAL' };
}

function isFailure(error: unknown): error is Failure & Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Guests have a name only. */
export function hasAccount(user: User | null): boolean {
  return user !== null && user.email !== null;
}
