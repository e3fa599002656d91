import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';
import { WebhookReceiver } from '../../support/WebhookReceiver.ts';

const LATEST_MS = 30_000;

describe('webhooks of a cluster', () => {
  let cluster: ClusterOfProcesses;
  let receiver: WebhookReceiver;
  let first: NodeProcess;
  let second: NodeProcess;
  const atFirst = createVisits(() => first);
  const atSecond = createVisits(() => second);

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), {
      media: 1,
      env: {
        ...receiver.env(),
        PARLEY_WEBHOOKS_TIMEOUT_MS: '2000',
        PARLEY_WEBHOOKS_RETRY_MIN_MS: '100',
        PARLEY_MEETINGS_RELOAD_GRACE_MS: '100',
      },
    });
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [first, second] = [one, two];
  });
  afterEach(async () => {
    atFirst.end();
    atSecond.end();
    await cluster.close();
    await receiver.close();
    expect(receiver.wrong).toEqual([]);
  });

  it('are sent once by two nodes that both look for them', async () => {
    const people = await Promise.all([signUp(first), signUp(second, 'Alan')]);
    const [ada, alan] = people;
    const meetings = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? createMeeting(first, ada) : createMeeting(second, alan),
      ),
    );
    for (const { id } of meetings) {
      const client = await atFirst.come(ada, id);
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

  it('outlive the node that was sending them', async () => {
    const ada = await signUp(first);
    // Whoever has it is asked, and never gets an answer.
    receiver.answer = () => undefined;
    const { id: meetingId } = await createMeeting(first, ada);
    await eventually(() => expect(receiver.attempts.length).toBeGreaterThan(0));
    const host = await atFirst.come(ada, meetingId);
    await first.kill();
    receiver.acceptAll();
    await eventually(() => {
      expect([...receiver.typesOf(meetingId)].sort()).toEqual(
        ['meeting.created', 'meeting.started', 'participant.joined'].sort(),
      );
    }, LATEST_MS);
    // The meeting has another owner: who is in did not join again, and leaves there.
    const again = await atSecond.come(ada, meetingId);
    expect(again.participantId).toBe(host.participantId);
    await again.request('leave-meeting', { meetingId });
    await eventually(() => {
      const types = receiver.typesOf(meetingId);
      expect(types.filter((type) => type === 'participant.joined')).toHaveLength(1);
      expect(types.filter((type) => type === 'participant.left')).toHaveLength(1);
      expect(types.at(-1)).toBe('meeting.emptied');
    }, LATEST_MS);
  }, 90_000);

  it('lose nothing while PostgreSQL is away', async () => {
    const ada = await signUp(first);
    const { id: meetingId } = await createMeeting(first, ada);
    await atFirst.come(ada, meetingId);
    const alan = await signUp(second, 'Alan');
    const guest = await atSecond.come(alan, meetingId);
    await eventually(() => expect(receiver.of(meetingId)).toHaveLength(4));
    // Somebody leaves, and nobody can store it.
    cluster.database.cut();
    await guest.request('leave-meeting', { meetingId });
    expect(receiver.of(meetingId)).toHaveLength(4);
    cluster.database.restore();
    await eventually(() => {
      const [left, ...more] = receiver.of(meetingId).slice(4);
      expect(more).toEqual([]);
      expect(left?.event).toMatchObject({
        type: 'participant.left',
        data: { participant: { id: guest.participantId, reason: 'left' } },
      });
    }, LATEST_MS);
  }, 90_000);
});
