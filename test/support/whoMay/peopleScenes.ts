import { openRoom } from '../chat.ts';
import { ask, befriend, block } from '../contacts.ts';
import { call, createMeeting, enterAsGuest, signUp, type Person } from '../people.ts';
import type { Stage } from './cast.ts';
import type { PEOPLE } from './tables.ts';

/** What each row of the table of people is about. @param ada who is new to everybody, and has a picture */
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
  'somebody in a meeting with her, whom she has blocked': async (stage, ada) => {
    const alan = await signUp(stage.server, 'Alan');
    const { id } = await meetingWith(stage, ada);
    await stage.visits.come(alan, id);
    await block(stage.server, ada, alan);
    return alan;
  },
  'a member of a group with her': async ({ server, third }, ada) => {
    const alan = await signUp(server, 'Alan');
    await openRoom(server, third, [ada, alan]);
    return alan;
  },
  'an operator': ({ operator }) => Promise.resolve(operator),
  'a guest in a meeting with her': (stage, ada) => guestOf(stage, ada, true),
  'a guest who waits for a meeting with her': async (stage, ada) => {
    const { id } = await meetingWith(stage, ada, { waitingRoom: true });
    const guest = await enterAsGuest(stage.server, id);
    const { status } = await stage.visits.come(guest, id);
    if (status !== 'waiting') throw new Error('they are to wait');
    return guest;
  },
  'a guest of her meeting, not in it': (stage, ada) => guestOf(stage, ada, false),
  'somebody signed out': ({ gone }) => Promise.resolve(gone),
};

async function friend({ server }: Stage, ada: Person): Promise<Person> {
  const alan = await signUp(server, 'Alan');
  await befriend(server, alan, ada);
  return alan;
}

/** A meeting that Ada hosts and is in. */
async function meetingWith(
  { server, visits }: Stage,
  ada: Person,
  options: Parameters<typeof createMeeting>[2] = {},
) {
  const meeting = await createMeeting(server, ada, options);
  await visits.come(ada, meeting.id);
  return meeting;
}

async function guestOf(stage: Stage, ada: Person, isThere: boolean): Promise<Person> {
  const { id } = await meetingWith(stage, ada);
  const guest = await enterAsGuest(stage.server, id);
  if (isThere) await stage.visits.come(guest, id);
  return guest;
}
