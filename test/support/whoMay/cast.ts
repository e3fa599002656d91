import { call, signUp, type Person, type Visits } from '../people.ts';
import type { TestServer } from '../TestServer.ts';

/** People whom many rows of the tables are about. */
export interface Cast {
  host: Person;
  member: Person;
  third: Person;
  stranger: Person;
  /** Their account is of `admin.emails`. */
  operator: Person;
  /** Signed out since. */
  gone: Person;
}

/** Where cells are tried. */
export interface Stage extends Cast {
  server: Pick<TestServer, 'url'>;
  visits: Visits;
}

/** @param operator an email of `admin.emails` */
export async function gather(server: Pick<TestServer, 'url'>, operator: string): Promise<Cast> {
  const cast = {
    host: await signUp(server, 'Host'),
    member: await signUp(server, 'Member'),
    third: await signUp(server, 'Third'),
    stranger: await signUp(server, 'Stranger'),
    operator: await signUpAs(server, operator, 'Operator'),
    gone: await signUp(server, 'Gone'),
  };
  await call(server, 'logout', { token: cast.gone.token });
  return cast;
}

async function signUpAs(
  server: Pick<TestServer, 'url'>,
  email: string,
  name: string,
): Promise<Person> {
  const { token, user } = await call(server, 'signup', {
    body: { email, name, password: 'correct horse battery' },
  });
  return { token, userId: user.id, name };
}
