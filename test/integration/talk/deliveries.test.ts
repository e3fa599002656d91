import { describe, expect, it } from 'vitest';
import { createMeeting, signUp } from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

describe('what concerns people outside of meetings', () => {
  const nodes = useTwoNodes();

  it('is answered where they are, and told to the connection that asked', async () => {
    const { token, userId } = await signUp(nodes.owner);
    const [first, second] = await Promise.all([
      TestClient.connect(nodes.owner.url, token),
      TestClient.connect(nodes.other.url, token),
    ]);
    const joined = await first.request('user:join', { userId });
    expect(joined.userId).toBe(userId);
    expect(await first.next('user:joined')).toEqual(joined);
    const other = await second.request('user:join', { userId });
    expect(other.socketId).not.toBe(joined.socketId);
    expect(second.received.map(({ name }) => name)).toEqual(['user:joined']);
  });

  it('is refused under the name of somebody else, and to guests', async () => {
    const [ada, alan] = await Promise.all([signUp(nodes.owner), signUp(nodes.owner, 'Alan')]);
    const client = await TestClient.connect(nodes.owner.url, ada.token);
    const asAlan = client.request('user:join', { userId: alan.userId });
    await expect(asAlan).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { code } = await createMeeting(nodes.owner, ada);
    const answer = await fetch(`${nodes.owner.url}/api/auth/guest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ meeting: code, name: 'Guest' }),
    });
    const { token, user } = (await answer.json()) as { token: string; user: { id: string } };
    const guest = await TestClient.connect(nodes.other.url, token);
    const asGuest = guest.request('user:join', { userId: user.id });
    await expect(asGuest).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is asked for again after a node was lost', async () => {
    const { token } = await signUp(nodes.other);
    const client = await TestClient.connect(nodes.other.url, token);
    await nodes.owner.kill();
    await client.next('sync-needed', () => true);
  });
});
