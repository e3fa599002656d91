import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CALL_PLACES, openCallPlace, type CallPlace } from '../../support/callPlaces.ts';
import { connectCall, OFFER, openPage, signUpCaller, type Caller } from '../../support/calls.ts';
import { befriend } from '../../support/contacts.ts';
import { createMeeting, createVisits, enterAsGuest, type Person } from '../../support/people.ts';
import { connectAs } from '../../support/whoMay/attempts.ts';
import { gather, type Cast } from '../../support/whoMay/cast.ts';
import { answersOf, CALLS } from '../../support/whoMay/tables.ts';
import { CallsTried } from '../../support/whoMay/tryCalls.ts';

const OPERATOR = `${randomUUID()}@example.org`;

describe.each(CALL_PLACES)('who may do what with a call, on %s', (where) => {
  let place: CallPlace;
  let cast: Cast;
  let ada: Caller;
  let bob: Caller;
  // Everybody else, and the other devices of the two, are where Bob is.
  const visits = createVisits(() => place.at(1));

  beforeAll(async () => {
    place = await openCallPlace(where, {
      PARLEY_ADMIN_EMAILS: OPERATOR,
      PARLEY_LIMITS_CALL_PER_ACCOUNT_POINTS: '10000',
    });
    cast = await gather(place.at(0), OPERATOR);
    ada = await signUpCaller(place.at(0), 'Ada');
    bob = await signUpCaller(place.at(1), 'Bob');
    await Promise.all([place.known(ada, 0), place.known(bob, 1)]);
    for (const one of [ada, bob]) await befriend(place.at(0), cast.member, one);
  });
  afterEach(() => visits.end());
  afterAll(async () => {
    for (const { client } of [ada, bob]) client.close();
    await place.close();
  });

  const who: Record<keyof typeof CALLS.rows, () => Person | Promise<Person>> = {
    'the caller': () => ada,
    'the callee': () => bob,
    'another device of the caller': () => ada,
    'another device of the callee': () => bob,
    'a third person': () => cast.stranger,
    'a contact of both': () => cast.member,
    'an operator': () => cast.operator,
    'a guest': async () => {
      const { id } = await createMeeting(place.at(0), ada);
      return enterAsGuest(place.at(0), id);
    },
    'somebody signed out': () => cast.gone,
  };

  it.each(Object.keys(who) as (keyof typeof who)[])('%s', async (row) => {
    const person = await who[row]();
    const own = { 'the caller': ada, 'the callee': bob }[row as string];
    const client = own?.client ?? (await connectAs(visits, person));
    const tried = await new CallsTried(place.at(0), ada, bob).row({ person, client });
    expect(tried).toEqual(answersOf(CALLS, row));
  });

  it('a party speaks for nobody else, and to nobody else', async () => {
    const callId = await connectCall(ada, bob);
    const eve = cast.stranger.userId;
    for (const forged of [{ from: eve }, { to: eve }, { from: bob.userId }]) {
      const asked = ada.client.request('call:offer', { callId, offer: OFFER, ...forged });
      await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    const answered = bob.client.request('call:accept', { callId, from: eve });
    await expect(answered).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await ada.client.request('call:end', { callId });
    const told = bob.client.all('call:offer').filter((offer) => offer.callId === callId);
    expect(told).toEqual([]);
    // Nor does anybody say that they are somebody else.
    const page = await openPage(place.at(1), cast.stranger);
    const claimed = page.client.request('user:join', { userId: ada.userId });
    await expect(claimed).rejects.toMatchObject({ code: 'FORBIDDEN' });
    page.client.close();
  });
});
