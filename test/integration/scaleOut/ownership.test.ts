import { afterAll, beforeAll, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { createMeeting, join, signUp } from '../../support/people.ts';

describe('a meeting on two signaling nodes', () => {
  let cluster: ClusterOfProcesses;
  let first: NodeProcess;
  let second: NodeProcess;

  beforeAll(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'));
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [first, second] = [one, two];
  });
  afterAll(() => cluster.close());

  it('can begin as soon as a node says that it is ready', async () => {
    const ada = await signUp(first);
    const { id } = await createMeeting(first, ada);
    expect(await join(first, ada, id)).toMatchObject({ status: 'joined' });
  });

  it('has everybody in it, whichever node they have come to', async () => {
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const ada = await signUp(first);
    const { id: meetingId } = await createMeeting(first, ada);
    const host = await join(first, ada, meetingId);
    const alan = await signUp(second, 'Alan');
    const guest = await join(second, alan, meetingId);
    const { participant } = await host.next('participant-joined');
    expect(participant).toMatchObject({ id: guest.participantId, name: 'Alan' });
  });
});
