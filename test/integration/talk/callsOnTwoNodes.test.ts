import { describe, expect, it } from 'vitest';
import {
  connectCall,
  entryOf,
  OFFER,
  openPage,
  ring,
  signUpCaller,
  type Caller,
} from '../../support/calls.ts';
import { befriend, untilOnline } from '../../support/contacts.ts';
import { inFull } from '../../support/extent.ts';
import { Random } from '../../support/Random.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const ROUNDS = 100;
const GRACE_MS = 3_000;

describe('calls of people at two nodes', () => {
  const nodes = useTwoNodes(() => ({
    media: 1,
    env: {
      PARLEY_LIMITS_CALL_PER_ACCOUNT_POINTS: '1000',
      PARLEY_CALLS_RECONNECT_GRACE_MS: String(GRACE_MS),
    },
  }));
  /** Two who are told that the other is there. */
  const pair = async (): Promise<[Caller, Caller]> => {
    const { owner, other } = nodes;
    const [ada, bob] = await Promise.all([signUpCaller(owner, 'Ada'), signUpCaller(other, 'Bob')]);
    await befriend(owner, ada, bob, other);
    await Promise.all([untilOnline(owner, ada, bob), untilOnline(other, bob, ada)]);
    return [ada, bob];
  };

  it('are one, whenever both ring each other', async () => {
    const [ada, bob] = await pair();
    const random = new Random(7);
    for (let round = 0; round < ROUNDS; round++) {
      const pause = () => new Promise((resolve) => setTimeout(resolve, random.next() * 8));
      const [first, second] = await Promise.all([
        pause().then(() =>
          ada.client.request('call:initiate', { to: bob.userId, callType: 'audio' }),
        ),
        pause().then(() =>
          bob.client.request('call:initiate', { to: ada.userId, callType: 'audio' }),
        ),
      ]);
      const { callId } = first;
      expect(second.callId, `round ${round}`).toBe(callId);
      const isIt = (one: { callId: string }) => one.callId === callId;
      await Promise.all([ada, bob].map(({ client }) => client.next('call:accepted', isIt)));
      await ada.client.request('call:offer', { callId, offer: OFFER });
      await bob.client.next('call:offer', isIt);
      await (round % 2 === 0 ? ada : bob).client.request('call:end', { callId });
      await Promise.all([ada, bob].map(({ client }) => client.next('call:ended', isIt)));
      for (const { client } of [ada, bob]) client.received.length = 0;
    }
    const [ofAda, ofBob] = await Promise.all([
      entriesOf(nodes.owner.url, ada.token),
      entriesOf(nodes.other.url, bob.token),
    ]);
    expect(ofAda).toHaveLength(ROUNDS);
    expect(ofBob).toEqual(ofAda);
  }, 120_000);

  it('stop ringing when the caller’s node is gone, and the caller with it', async () => {
    const [ada, bob] = await pair();
    const callId = await ring(ada, bob);
    await nodes.owner.kill();
    const ended = await bob.client.next('call:ended', () => true);
    expect(ended).toEqual({ callId, by: ada.userId, reason: 'lost' });
    expect((await entryOf(nodes.other, bob, callId)).outcome).toBe('missed');
    // Free for the next one.
    expect((await bob.client.request('call:sync', {})).call).toBeNull();
  });

  inFull('go on when a party comes back from a node that is gone', async () => {
    const [ada, bob] = await pair();
    const callId = await connectCall(ada, bob);
    await ada.client.request('call:connected', { callId, path: 'host' });
    await nodes.owner.kill();
    const again = await openPage(nodes.other, ada);
    const view = await again.client.request('call:resume', {
      ...{ callId, deviceId: `${ada.userId}-1` },
    });
    expect(view).toMatchObject({ state: 'CONNECTED', here: true, with: { name: 'Bob' } });
    await bob.client.request('call:offer', { callId, offer: OFFER });
    await again.client.next('call:offer');
    // For longer than a lost party is waited for.
    await new Promise((resolve) => setTimeout(resolve, 2 * GRACE_MS));
    await again.client.request('call:end', { callId });
    const ended = await bob.client.next('call:ended');
    expect(ended).toEqual({ callId, by: ada.userId, reason: 'hung-up' });
  });
});

async function entriesOf(url: string, token: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/call-logs?limit=100`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const { entries } = (await answer.json()) as { entries: { callId: string }[] };
  return entries.map(({ callId }) => callId);
}
