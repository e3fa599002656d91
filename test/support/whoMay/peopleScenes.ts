import { openRoom } from '../chat.ts';
import { ask, befriend, block } from '../contacts.ts';
import { call, createMeeting, enterAsGuest, signUp, type Person } from '../people.ts';
import type { Stage } from './cast.ts';
import type { PEOPLE } from './tables.ts';

/** What each row of the table of people is about. @param ada who is new to everybody */
export const PEOPLE_SCENES: Record<
  keyof typeof PEOPLE.rows,
  (stage: Stage, ada: Person) => Promise<Person>
> = {
  'a stranger': ({ server }) => signUp(server, 'Alan'),
  'who has asked her': async ({ server }, ada) => {
    const alan = await signUp(server, 'Alan');
    await ask(server, alan, ada);
    return alan;
  },
  'whom she has asked': async ({ server }, ada) => {
    const alan = await signUp(server, 'Alan');
    await ask(server, ada, alan);
    return alan;
  },
  'a contact': friend,
  'who was a contact': async (stage, ada) => {
    const alan = await friend(stage, ada);
    const params = { userId: alan.userId };
    await call(stage.server, 'removeContact', { token: ada.token, params });
    return alan;
  },
  'a contact whom she has blocked': async (stage, ada) => {
    const alan = await friend(stage, ada);
    await block(stage.server, ada, alan);
    return alan;
  },
  'a contact who has blocked her': async (stage, ada) => {
    const alan = await friend(stage, ada);
    await block(stage.server, alan, ada);
    return alan;
  },
  'a member of a group with her': async ({ server, third }, ada) => {
    const alan = await signUp(server, 'Alan');
    await openRoom(server, third, [ada, alan]);
    return alan;
  },
  'an operator': ({ operator }) => Promise.resolve(operator),
  'a guest of her meeting': async ({ server }, ada) => {
    const { id } = await createMeeting(server, ada);
    return enterAsGuest(server, id, 'Guest');
  },
  'somebody signed out': ({ gone }) => Promise.resolve(gone),
};

async function friend({ server }: Stage, ada: Person): Promise<Person> {
  const alan = await signUp(server, 'Alan');
  await befriend(server, alan, ada);
  return alan;
}
