import { afterEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call, createMeeting, createVisits, signUp } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';

const token = 'an-operator-token-of-32-characters-or-more';

describe('nodes of both roles', () => {
  let cluster: ClusterOfProcesses;
  let owner: NodeProcess;
  let other: NodeProcess;
  const atOther = createVisits(() => other);
  const atOwner = createVisits(() => owner);

  afterEach(async () => {
    atOwner.end();
    atOther.end();
    await cluster.close();
  });

  it('tell whoever stayed that their media is gone with the owner', async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), {
      ...{ signaling: 0, media: 0, all: 2 },
      env: { PARLEY_ADMIN_TOKEN: token },
    });
    onTestFailed(() => void process.stderr.write(cluster.logs));
    [owner, other] = cluster.nodes as [NodeProcess, NodeProcess];
    const marked = async (mark: 'cordoned' | 'ready'): Promise<void> => {
      const { nodes } = await call(owner, 'listNodes', { token });
      const instanceId = nodes.find(({ name }) => name === other.name)?.instanceId ?? '';
      await call(owner, 'markNode', { token, params: { instanceId }, body: { mark } });
    };
    // So that the meeting's media is where its owner is.
    await eventually(() => marked('cordoned'));
    const ada = await signUp(owner);
    const { id: meetingId } = await createMeeting(owner, ada);
    await atOwner.come(ada, meetingId);
    const alan = await atOther.come(await signUp(owner, 'Alan'), meetingId);
    const { send } = await openTransports(alan, meetingId);
    await alan.request('produce', produceInput(meetingId, send.id, 'microphone', 'first'));
    await marked('ready');

    const joined = await alan.next('meeting-joined');
    await owner.kill();
    await alan.next('meeting-position', ({ epoch }) => epoch > joined.epoch);
    const { participantId } = alan;
    const where = { meetingId, participantId, epoch: joined.epoch, seq: joined.seq };
    const answer = await alan.request('resume-meeting', where);
    if (answer.status !== 'resynced') throw new Error('a new owner tells everything anew');
    const reset = await alan.next('media-reset', (one) =>
      one.participantIds.includes(participantId),
    );
    // Whoever counts what was told applies it after the answer.
    expect(reset).toMatchObject({ epoch: answer.snapshot.epoch, seq: answer.snapshot.seq + 1 });
    const again = await alan.request('create-transport', { meetingId, direction: 'send' });
    await alan.request('produce', produceInput(meetingId, again.id, 'microphone', 'again'));
    const { epoch, seq } = answer.snapshot;
    await alan.request('resume-meeting', { meetingId, participantId, epoch, seq });
    expect(alan.all('media-reset')).toHaveLength(1);
  });
});
