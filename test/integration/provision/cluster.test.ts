import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMeeting, createVisits, enterAsGuest, signUp } from '../../support/people.ts';
import { processes, TrialCluster } from '../../support/TrialCluster.ts';

let cluster: TrialCluster;
const visits = createVisits(() => cluster);

beforeAll(async () => {
  cluster = await TrialCluster.start();
}, 90_000);
afterAll(async () => {
  visits.end();
  await cluster.close();
});

it('has one address for a meeting on several nodes, brings back what dies, and leaves nothing', async () => {
  const ada = await signUp(cluster);
  const { id, code } = await createMeeting(cluster, ada);
  const host = await visits.come(ada, id);
  // Connections take turns, so that the two are on different nodes whoever owns the meeting.
  const guest = await visits.come(await enterAsGuest(cluster, code), id);
  await host.next(
    'participant-joined',
    ({ participant }) => participant.id === guest.participantId,
  );

  const lost = cluster.pidOf('signaling-1');
  process.kill(lost, 'SIGKILL');
  await cluster.says('signaling-1 was ended by SIGKILL');
  const late = await visits.come(await enterAsGuest(cluster, code, 'Alan'), id);
  expect(late.status).toBe('joined');
  await cluster.says('signaling-1 is back');
  expect(cluster.pidOf('signaling-1')).not.toBe(lost);

  const children = cluster.descendants();
  expect(children.length).toBeGreaterThanOrEqual(4);
  expect(await cluster.stop()).toBe(0);
  expect(processes().filter(({ pid }) => children.includes(pid))).toEqual([]);
  expect(await cluster.leftovers()).toEqual([]);
});
