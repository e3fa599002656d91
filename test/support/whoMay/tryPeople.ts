import type { ErrorBody } from '../../../protocol/errors.ts';
import { addressInMeetings } from '../../../server/db/avatarAddresses.ts';
import { openRoom } from '../chat.ts';
import { ask, block } from '../contacts.ts';
import { call, type Person } from '../people.ts';
import { Refused, type TestClient } from '../TestClient.ts';
import { answerOf, connectAs, shown } from './attempts.ts';
import type { Stage } from './cast.ts';
import type { Answer, PEOPLE } from './tables.ts';

/**
 * Tries every cell of a row: what `person` sees and does of Ada.
 * @param known address of her picture from before they were to her what they are
 */
export async function tryPeople(
  stage: Stage,
  person: Person,
  ada: Person,
  known: string,
): Promise<Record<keyof typeof PEOPLE.columns, Answer>> {
  const { server, visits, third } = stage;
  const { token } = person;
  const params = { userId: ada.userId };
  const atAda = await visits.connect(ada);
  await atAda.request('update-chat-status', {});
  const client = await connectAs(visits, person);
  const shownInMeetings = addressInMeetings(ada.userId, idOf(await pictureOf(stage, ada)));
  const isAda = ({ id }: { id: string }) => id === ada.userId;

  return {
    find: await shown(
      call(server, 'searchPeople', { token, query: { q: ada.name } }),
      ({ people }) => people.some(isAda),
    ),
    profile: await answerOf(call(server, 'readPerson', { token, params })),
    picture: await answerOf(fetchPicture(`${server.url}${known}`, token)),
    'in meetings': await answerOf(fetchPicture(`${server.url}${shownInMeetings}`, token)),
    presence: await shown(call(server, 'listContacts', { token }), ({ contacts }) =>
      contacts.some((contact) => isAda(contact.person) && contact.status === 'online'),
    ),
    ...(typeof client === 'string'
      ? { told: client, renamed: client, ring: client }
      : {
          ...(await toldOf(stage, { client, atAda }, ada)),
          ring: await ring({ client, atAda }, ada),
        }),
    open: await answerOf(openRoom(server, person, [ada])),
    group: await answerOf(openRoom(server, person, [ada, third])),
    ask: await answerOf(ask(server, person, ada)),
    block: await answerOf(block(server, person, ada)),
  };
}

interface Pages {
  client: TestClient;
  atAda: TestClient;
}

/** Whether somebody hears that Ada is busy, and that her profile is another. */
async function toldOf({ server }: Stage, { client, atAda }: Pages, ada: Person) {
  await atAda.request('update-chat-status', { status: 'busy' });
  await call(server, 'updateProfile', { token: ada.token, body: { about: 'Here' } });
  await settle(client);
  const told = client.all('chat-user-status-update').map(({ userId }) => userId);
  const renamed = client.all('profile-updated').map((fact) => fact.person.id);
  const answer = (ids: string[]): Answer => (ids.includes(ada.userId) ? 'yes' : 'no');
  return { told: answer(told), renamed: answer(renamed) };
}

async function ring({ client, atAda }: Pages, ada: Person): Promise<Answer> {
  let callId = '';
  const answer = await answerOf(
    client.request('call:initiate', { to: ada.userId, callType: 'audio' }).then((rings) => {
      callId = rings.callId;
    }),
  );
  if (answer !== 'yes') return answer;
  await client.request('call:end', { callId });
  await settle(atAda);
  return atAda.all('call:incoming').some((one) => one.callId === callId) ? 'yes' : 'no';
}

/** What was to be told by now has come: the same way, and before the answer. */
async function settle(client: TestClient): Promise<void> {
  await client.request('join-rooms', { roomIds: ['nowhere'] });
}

/** @returns the path of her picture, as it is now */
export async function pictureOf({ server }: Pick<Stage, 'server'>, ada: Person): Promise<string> {
  const params = { userId: ada.userId };
  const { person } = await call(server, 'readPerson', { token: ada.token, params });
  if (person.avatarUrl === null) throw new Error('she has no picture');
  return person.avatarUrl;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function fetchPicture(url: string, token: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (response.ok) return;
  throw new Refused(((await response.json()) as { error: ErrorBody }).error);
}
