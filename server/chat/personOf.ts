import type { Principal } from '../auth/Principal.ts';
import type { Person } from './Person.ts';

export function personOf({ kind, userId, name }: Principal): Person {
  return { userId, name, account: kind === 'account' };
}
