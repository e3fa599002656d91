import { outcomeOf } from '../chat.ts';
import type { Person, Visits } from '../people.ts';
import type { TestClient } from '../TestClient.ts';
import type { Answer } from './tables.ts';

const REFUSALS: readonly string[] = [
  ...(['FORBIDDEN', 'INVALID_STATE', 'NOT_FOUND', 'UNAUTHENTICATED'] satisfies Answer[]),
];

/** @throws Error for a refusal that no table has */
export async function answerOf(attempt: Promise<unknown>): Promise<Answer> {
  const outcome = await outcomeOf(attempt);
  if (outcome === 'ok') return 'yes';
  if (!isRefusal(outcome)) throw new Error(`an attempt came to ${outcome}`);
  return outcome;
}

/** What is asked for may be refused, or be there or not. */
export async function shown<T>(
  asked: Promise<T>,
  isThere: (answer: T) => boolean,
): Promise<Answer> {
  const found = asked.then(isThere);
  const answer = await answerOf(found);
  return answer === 'yes' && !(await found) ? 'no' : answer;
}

/** A connection, or the code that it is refused with. */
export async function connectAs(visits: Visits, person: Person): Promise<TestClient | Answer> {
  const connecting = visits.connect(person);
  const answer = await answerOf(connecting);
  return answer === 'yes' ? connecting : answer;
}

function isRefusal(code: string): code is Exclude<Answer, 'yes' | 'no'> {
  return REFUSALS.includes(code);
}
