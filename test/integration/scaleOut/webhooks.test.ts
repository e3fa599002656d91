import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { createMeeting, signUp } from '../../support/people.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';
import { WebhookReceiver, type ReceivedWebhook } from '../../support/WebhookReceiver.ts';

const LATEST_MS = 30_000;

/** What a receiver keeps that heeds `webhook-id`, as every receiver must. */
const distinct = (received: readonly ReceivedWebhook[]): ReceivedWebhook[] => [
  ...new Map(received.map((one) => [one.id, one])).values(),
];

describe('webhooks of a cluster', () => {
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.close();
    expect(receiver.wrong).toEqual([]);
  });

  const nodes = useTwoNodes(() => ({
    media: 1,
    env: {
      ...receiver.env(),
      PARLEY_WEBHOOKS_TIMEOUT_MS: '2000',
      PARLEY_WEBHOOKS_RETRY_MIN_MS: '100',
      PARLEY_MEETINGS_RELOAD_GRACE_MS: '100',
    },
  }));
  const { atOwner, atOther } = nodes;

  it('are sent once by two nodes that both look for them', async () => {
    const people = await Promise.all([signUp(nodes.owner), signUp(nodes.other, 'Alan')]);
    const [ada, alan] = people;
    const meetings = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? createMeeting(nodes.owner, ada) : createMeeting(nodes.other, alan),
      ),
    );
    for (const { id } of meetings) {
      const client = await atOwner.come(ada, id);
      await client.request('leave-meeting', { meetingId: id });
    }
    await eventually(() => {
      for (const { id } of meetings) expect(receiver.of(id)).toHaveLength(5);
    }, LATEST_MS);
    for (const { id } of meetings) {
      expect(receiver.typesOf(id)).toEqual([
        ...['meeting.created', 'meeting.started', 'participant.joined'],
        ...['participant.left', 'meeting.emptied'],
      ]);
    }
    expect(receiver.attempts).toHaveLength(receiver.received.length);
  });

  inFull(
    'outlive the node that was sending them',
    async () => {
      const ada = await signUp(nodes.owner);
      // Whoever has it is asked, and never gets an answer.
      receiver.answer = () => undefined;
      const { id: meetingId } = await createMeeting(nodes.owner, ada);
      await eventually(() => expect(receiver.attempts.length).toBeGreaterThan(0));
      const host = await atOwner.come(ada, meetingId);
      await nodes.owner.kill();
      receiver.acceptAll();
      await eventually(() => {
        expect([...receiver.typesOf(meetingId)].sort()).toEqual(
          ['meeting.created', 'meeting.started', 'participant.joined'].sort(),
        );
      }, LATEST_MS);
      // The meeting has another owner: who is in did not join again, and leaves there.
      const again = await atOther.come(ada, meetingId);
      expect(again.participantId).toBe(host.participantId);
      await again.request('leave-meeting', { meetingId });
      await eventually(() => {
        const types = receiver.typesOf(meetingId);
        expect(types.filter((type) => type === 'participant.joined')).toHaveLength(1);
        expect(types.filter((type) => type === 'participant.left')).toHaveLength(1);
        expect(types.at(-1)).toBe('meeting.emptied');
      }, LATEST_MS);
    },
    90_000,
  );

  it('lose nothing while PostgreSQL is away', async () => {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada);
    await atOwner.come(ada, meetingId);
    const alan = await signUp(nodes.other, 'Alan');
    const guest = await atOther.come(alan, meetingId);
    await eventually(() => expect(receiver.of(meetingId)).toHaveLength(4));
    // Somebody leaves, and nobody can store it.
    nodes.cluster.database.cut();
    await guest.request('leave-meeting', { meetingId });
    expect(receiver.of(meetingId)).toHaveLength(4);
    nodes.cluster.database.restore();
    await eventually(() => {
      // What could not be settled before the cut is sent again under the same id.
      const [left, ...more] = distinct(receiver.of(meetingId)).slice(4);
      expect(more).toEqual([]);
      expect(left?.event).toMatchObject({
        type: 'participant.left',
        data: { participant: { id: guest.participantId, reason: 'left' } },
      });
    }, LATEST_MS);
  }, 90_000);
});
