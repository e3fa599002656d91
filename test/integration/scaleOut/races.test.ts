import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { extent } from '../../support/extent.ts';
import { createMeeting, createVisits, enterAsGuest, signUp } from '../../support/people.ts';
import { Refused } from '../../support/TestClient.ts';

const ROUNDS = 100;
/** Who come at once, and places for them. */
const [CROWD, PLACES] = extent([500, 50], [100, 10]);

/** No limit is meant here: everybody comes from one address at once. */
const GENEROUS = {
  PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '1000000',
  PARLEY_LIMITS_GUEST_PER_ADDRESS_POINTS: '1000000',
  PARLEY_LIMITS_SIGNUP_PER_ADDRESS_POINTS: '1000000',
};

describe('two nodes that are asked at once', () => {
  let cluster: ClusterOfProcesses;
  let nodes: readonly [NodeProcess, NodeProcess];
  const visits = [createVisits(() => nodes[0]), createVisits(() => nodes[1])] as const;

  beforeAll(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'), { media: 1, env: GENEROUS });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    nodes = [one, two];
  });
  afterEach(() => {
    for (const { end } of visits) end();
  });
  afterAll(() => cluster.close());

  it(`admit exactly ${PLACES} of ${CROWD} into a meeting of ${PLACES}`, async () => {
    const ada = await signUp(nodes[0]);
    const { id: meetingId } = await createMeeting(nodes[0], ada, { capacity: PLACES });
    const guests = await Promise.all(
      Array.from({ length: CROWD }, (_, index) =>
        enterAsGuest(nodes[index % 2] ?? nodes[0], meetingId, `Guest ${index}`),
      ),
    );
    const clients = await Promise.all(
      guests.map((guest, index) => (visits[index % 2] ?? visits[0]).connect(guest)),
    );
    const outcomes = await Promise.all(
      clients.map((client) =>
        client.request('join-meeting', { meetingId }).then(
          ({ status }) => status,
          (error: unknown) => (error instanceof Refused ? error.code : String(error)),
        ),
      ),
    );
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
    expect([count('joined'), count('FULL')]).toEqual([PLACES, CROWD - PLACES]);
  });

  it('leave one connection of somebody who comes to both', async () => {
    const ada = await signUp(nodes[0]);
    const { id: meetingId } = await createMeeting(nodes[0], ada);
    const host = await visits[0].come(ada, meetingId);
    const alan = await signUp(nodes[1], 'Alan');
    for (let round = 0; round < ROUNDS; round++) {
      const connections = await Promise.all(visits.map(({ connect }) => connect(alan)));
      const answers = await Promise.all(
        connections.map((client) =>
          client.request('join-meeting', { meetingId, deviceId: 'alans-laptop' }),
        ),
      );
      const ids = new Set(answers.map(({ participantId }) => participantId));
      expect(ids.size).toBe(1);
      const replaced = connections.filter((client) => client.all('meeting-left').length > 0);
      expect(replaced).toHaveLength(1);
      const seat = connections.find((client) => !replaced.includes(client));
      await seat?.request('leave-meeting', { meetingId });
      for (const client of connections) client.close();
    }
    const joined = host.all('participant-joined').length;
    expect(joined).toBe(ROUNDS);
  }, 120_000);
});
