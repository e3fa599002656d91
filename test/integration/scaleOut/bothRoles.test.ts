import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { call, createMeeting, signUp } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const token = 'an-operator-token-of-32-characters-or-more';

describe('nodes of both roles', () => {
  const nodes = useTwoNodes(() => ({
    ...{ signaling: 0, media: 0, all: 2 },
    env: { PARLEY_ADMIN_TOKEN: token },
  }));
  const { atOwner, atOther } = nodes;

  it('tell whoever stayed that their media is gone with the owner', async () => {
    const { owner, other } = nodes;
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
