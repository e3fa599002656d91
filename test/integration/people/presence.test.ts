import { describe, expect, it } from 'vitest';
import { befriend, block, contactOf } from '../../support/contacts.ts';
import { eventually } from '../../support/eventually.ts';
import { extent } from '../../support/extent.ts';
import { call, createMeeting, enterAsGuest, signUp, type Person } from '../../support/people.ts';
import type { TestClient } from '../../support/TestClient.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

/** How soon contacts see that a node has died. */
const DEATH_SEEN_MS = 10_000;

describe('presence over two nodes', () => {
  const nodes = useTwoNodes();

  /** Two contacts, and somebody who knows neither. */
  async function three(): Promise<[Person, Person, Person]> {
    const [ada, alan, eve] = await Promise.all([
      signUp(nodes.owner, 'Ada'),
      signUp(nodes.owner, 'Alan'),
      signUp(nodes.owner, 'Eve'),
    ]);
    await befriend(nodes.owner, ada, alan, nodes.other);
    return [ada, alan, eve];
  }

  /** Connected, and told of what happens from then on. */
  async function arrive(visits: typeof nodes.atOwner, person: Person): Promise<TestClient> {
    const client = await visits.connect(person);
    await client.request('update-chat-status', {});
    return client;
  }

  const statuses = (client: TestClient, { userId }: Person) =>
    client
      .all('chat-user-status-update')
      .filter((told) => told.userId === userId)
      .map(({ status }) => status);

  async function sees(client: TestClient, person: Person, expected: string[]): Promise<void> {
    await eventually(() => expect(statuses(client, person)).toEqual(expected));
  }

  it('contacts on another node see coming, choosing, idling and going; others hear nothing', async () => {
    const [ada, alan, eve] = await three();
    const atAlan = await arrive(nodes.atOther, alan);
    const strangers = [await arrive(nodes.atOwner, eve), await arrive(nodes.atOther, eve)];
    expect(await contactOf(nodes.other, alan, ada)).toMatchObject({ status: 'offline' });
    const before = Date.now();
    const [tab, phone] = [await arrive(nodes.atOwner, ada), await arrive(nodes.atOther, ada)];
    await sees(atAlan, ada, ['online']);
    for (const node of [nodes.owner, nodes.other]) {
      expect(await contactOf(node, alan, ada)).toMatchObject({ status: 'online', lastSeen: null });
    }
    // Idle counts where no device is touched.
    await tab.request('update-chat-status', { idle: true });
    await phone.request('update-chat-status', { idle: true });
    await sees(atAlan, ada, ['online', 'away']);
    await tab.request('update-chat-status', { idle: false });
    await sees(atAlan, ada, ['online', 'away', 'online']);
    // A choice is one's own, for all devices.
    await phone.request('update-chat-status', { status: 'busy' });
    await sees(atAlan, ada, ['online', 'away', 'online', 'busy']);
    const shown = { chosen: 'busy', status: 'busy' };
    await tab.next('own-status-updated', (told) => told.status === 'busy');
    expect(await tab.request('update-chat-status', {})).toEqual(shown);
    tab.close();
    await eventually(async () => {
      // Of its own node: the other one is still there.
      expect(await contactOf(nodes.owner, alan, ada)).toMatchObject({ status: 'busy' });
    });
    phone.close();
    const gone = await atAlan.next('chat-user-status-update', ({ status }) => status === 'offline');
    expect(Date.parse(gone.lastSeen ?? '')).toBeGreaterThan(before);
    expect(Date.parse(gone.lastSeen ?? '')).toBeLessThanOrEqual(Date.now());
    await eventually(async () => {
      for (const node of [nodes.owner, nodes.other]) {
        expect(await contactOf(node, alan, ada)).toMatchObject(
          gone.lastSeen === null
            ? {}
            : {
                status: 'offline',
                lastSeen: gone.lastSeen,
              },
        );
      }
    });
    // The choice is remembered.
    await arrive(nodes.atOwner, ada);
    await sees(atAlan, ada, ['online', 'away', 'online', 'busy', 'offline', 'busy']);
    for (const stranger of strangers) {
      expect(stranger.all('chat-user-status-update')).toEqual([]);
    }
  });

  it('a reload is no departure, wherever it leads', async () => {
    const [ada, alan] = await three();
    const atAlan = await arrive(nodes.atOther, alan);
    const first = await arrive(nodes.atOwner, ada);
    await sees(atAlan, ada, ['online']);
    first.cut();
    const second = await arrive(nodes.atOther, ada);
    second.close();
    const third = await arrive(nodes.atOwner, ada);
    await third.request('update-chat-status', { status: 'away' });
    await sees(atAlan, ada, ['online', 'away']);
  });

  it('a meeting makes busy, and its end does not', async () => {
    const [ada, alan] = await three();
    const atAlan = await arrive(nodes.atOther, alan);
    const meeting = await createMeeting(nodes.owner, ada);
    const client = await arrive(nodes.atOwner, ada);
    await client.request('join-meeting', { meetingId: meeting.id });
    await sees(atAlan, ada, ['online', 'busy']);
    await client.request('leave-meeting', { meetingId: meeting.id });
    await sees(atAlan, ada, ['online', 'busy', 'online']);
    await client.request('join-meeting', { meetingId: meeting.id });
    await sees(atAlan, ada, ['online', 'busy', 'online', 'busy']);
    await client.request('end-meeting', { meetingId: meeting.id });
    await sees(atAlan, ada, ['online', 'busy', 'online', 'busy', 'online']);
  });

  it('whoever is blocked sees what a removed contact sees, and nothing after that', async () => {
    const [ada, alan] = await three();
    const atAlan = await arrive(nodes.atOther, alan);
    const atAda = await arrive(nodes.atOwner, ada);
    await sees(atAlan, ada, ['online']);
    await block(nodes.owner, ada, alan);
    expect(await atAlan.next('contact-removed')).toEqual({ userId: ada.userId });
    const received = atAlan.received.length;
    await atAda.request('update-chat-status', { status: 'busy' });
    await atAlan.request('update-chat-status', { status: 'away' });
    atAda.close();
    const again = await arrive(nodes.atOther, ada);
    await again.request('update-chat-status', { status: 'away' });
    expect(again.all('chat-user-status-update')).toEqual([]);
    const read = call(nodes.other, 'readPerson', {
      token: alan.token,
      params: { userId: ada.userId },
    });
    await expect(read).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Their own status, and nothing of hers.
    const after = atAlan.received.slice(received).map(({ name }) => name);
    expect(after.filter((name) => name !== 'own-status-updated')).toEqual([]);
    // Contacts again, and told again at once.
    await call(nodes.owner, 'unblock', { token: ada.token, params: { userId: alan.userId } });
    await befriend(nodes.other, alan, ada, nodes.owner);
    await again.request('update-chat-status', { status: 'busy' });
    await eventually(() => expect(statuses(atAlan, ada).at(-1)).toBe('busy'));
  });

  it.each(extent(['died', 'frozen'], ['died']))(
    `contacts see within ${DEATH_SEEN_MS / 1_000} s that a node with somebody has %s`,
    async (how) => {
      const [ada, alan, eve] = await three();
      await befriend(nodes.owner, eve, alan, nodes.other);
      const atAlan = await arrive(nodes.atOther, alan);
      await arrive(nodes.atOwner, ada);
      await Promise.all([arrive(nodes.atOwner, eve), arrive(nodes.atOther, eve)]);
      await sees(atAlan, ada, ['online']);
      await sees(atAlan, eve, ['online']);
      const killed = Date.now();
      if (how === 'died') await nodes.owner.kill();
      else nodes.owner.signal('SIGSTOP');
      await eventually(
        () => expect(statuses(atAlan, ada)).toEqual(['online', 'offline']),
        DEATH_SEEN_MS,
      );
      expect(Date.now() - killed).toBeLessThan(DEATH_SEEN_MS);
      // Whoever is there on another node has not left.
      expect(statuses(atAlan, eve)).toEqual(['online']);
      await eventually(async () => {
        const contact = await contactOf(nodes.other, alan, ada);
        expect(Date.parse(contact?.lastSeen ?? '')).toBeGreaterThanOrEqual(killed - 1_000);
      });
      if (how === 'frozen') nodes.owner.signal('SIGCONT');
    },
  );

  it('is refused to guests', async () => {
    const [ada] = await three();
    const { code } = await createMeeting(nodes.owner, ada);
    const guest = await nodes.atOther.connect(await enterAsGuest(nodes.owner, code));
    const said = guest.request('update-chat-status', { status: 'busy' });
    await expect(said).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
