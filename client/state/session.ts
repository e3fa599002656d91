import { signal } from '@preact/signals';
import { toRequestError } from '../api/RequestError.ts';
import { RestClient } from '../api/RestClient.ts';
import type { Failure, SessionModel, User } from './models.ts';
import { keptInTab, keptLocally } from './storage.ts';
import { keptUnsent } from './unsent.ts';

/** What other models need of the session beyond what views see. */
export interface Session extends SessionModel {
  readonly rest: RestClient;
  token(): string | null;
  /** Id or code of the meeting that a guest's token opens; null for accounts. */
  guestOf(): string | null;
  /** Forgets a token that the server refuses. */
  expire(): void;
  /** One is called otherwise from now on. */
  rename(name: string): void;
}

export function createSession(deviceId: string): Session {
  // A guest's token is the tab's: the same browser may be a guest elsewhere, or an account.
  const account = keptLocally('token');
  const guest = keptInTab('guest-token');
  const guestMeeting = keptInTab('guest-meeting');
  const user = signal<User | null>(null);
  const operator = signal(false);
  const restoring = signal(false);
  const restoreFailure = signal<Failure | null>(null);
  const token = () => guest.get() ?? account.get();
  const rest = new RestClient(token);

  function enter(value: string, person: User, meeting: string | null): void {
    const asGuest = meeting !== null;
    guest.set(asGuest ? value : null);
    guestMeeting.set(meeting);
    if (!asGuest) account.set(value);
    user.value = person;
    operator.value = false;
    restoreFailure.value = null;
    if (!asGuest) void askWhetherOperator(value);
  }

  function forget(): void {
    guest.set(null);
    guestMeeting.set(null);
    account.set(null);
    user.value = null;
    operator.value = false;
  }

  /** Beside the way in: hardly anybody is one, and nobody has to wait for it. */
  async function askWhetherOperator(asked: string): Promise<void> {
    const answer = await rest.call('me').catch(() => null);
    if (answer && token() === asked) operator.value = answer.operator;
  }

  async function restore(): Promise<void> {
    restoring.value = true;
    restoreFailure.value = null;
    try {
      const answer = await rest.call('me');
      user.value = presentUser(answer.user);
      operator.value = answer.operator;
    } catch (error) {
      const failure = toRequestError(error);
      // Only a token that is refused is forgotten: a server that is away now may be back soon.
      if (failure.code === 'UNAUTHENTICATED') forget();
      else restoreFailure.value = failure;
    } finally {
      restoring.value = false;
    }
  }

  if (token() !== null) void restore();

  return {
    user,
    restoring,
    restoreFailure,
    operator,
    restore,
    rest,
    token,
    guestOf: () => guestMeeting.get(),
    expire: forget,
    rename(name) {
      const before = user.peek();
      if (before && before.name !== name) user.value = { ...before, name };
    },
    async signUp(input) {
      const answer = await rest.call('signup', { body: input });
      enter(answer.token, presentUser(answer.user), null);
    },
    async signIn(input) {
      const answer = await rest.call('login', { body: { ...input, deviceId } });
      enter(answer.token, presentUser(answer.user), null);
    },
    async continueAsGuest(meeting, name) {
      const answer = await rest.call('guest', { body: { meeting, name } });
      enter(answer.token, presentUser(answer.user), meeting);
    },
    async signOut() {
      await rest.call('logout').catch(() => undefined);
      const { id = '' } = user.peek() ?? {};
      forget();
      // Whoever sits here next is to find nothing.
      keptUnsent(id).set(null);
    },
  };
}

function presentUser(person: { id: string; name: string; email?: string }): User {
  return { id: person.id, name: person.name, email: person.email ?? null };
}
