import { afterEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses, type ClusterShape } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import {
  call,
  createMeeting,
  createVisits,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';
import { openTransports, produceInput, receivable } from '../../support/rtp.ts';

const token = 'an-operator-token-of-32-characters-or-more';
/** Nobody of these tests waits for its end. */
const FAR_AWAY_MS = '300000';
const SOON_MS = '4000';

/** Clients without a browser: what they are told to move they ask for anew, as a page does. */
describe('the drain of a node with media', () => {
  let cluster: ClusterOfProcesses;
  let entry: NodeProcess;
  const visits = createVisits(() => entry);

  async function start(drainTimeoutMs: string, shape: ClusterShape = { signaling: 1 }) {
    cluster = await ClusterOfProcesses.start(inject('postgres'), {
      ...shape,
      env: { PARLEY_ADMIN_TOKEN: token, PARLEY_NODE_DRAIN_TIMEOUT_MS: drainTimeoutMs },
    });
    onTestFailed(() => void process.stderr.write(`${cluster.logs}\n`));
    [entry] = cluster.signaling as [NodeProcess];
    await eventually(async () => {
      for (const node of cluster.signaling) {
        expect((await nodesAt(node)).length).toBe(cluster.nodes.length);
      }
    });
  }
  afterEach(async () => {
    visits.end();
    await cluster.close();
  });

  const nodesAt = async (node = entry) => (await call(node, 'listNodes', { token })).nodes;
  async function look(name: string) {
    const node = (await nodesAt()).find((one) => one.name === name);
    if (!node) throw new Error(`${name} is not there`);
    return node;
  }
  async function mark(name: string, to: 'ready' | 'cordoned' | 'draining') {
    const params = { instanceId: (await look(name)).instanceId };
    await call(entry, 'markNode', { token, params, body: { mark: to } });
  }
  function processOf(name: string): NodeProcess {
    const node = cluster.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`there is no ${name}`);
    return node;
  }

  async function placementOf(meetingId: string) {
    const params = { idOrCode: meetingId };
    const { placement } = await call(entry, 'readLiveMeeting', { token, params });
    return placement.routers.map(({ name, participants }) => ({ name, participants }));
  }

  /** Somebody in the meeting with a microphone that is on. */
  async function takePart(person: Person, meetingId: string) {
    const client = await visits.come(person, meetingId);
    const { send } = await openTransports(client, meetingId);
    const input = produceInput(meetingId, send.id, 'microphone', 'first');
    const { producerId } = await client.request('produce', input);
    return { client, person, producerId };
  }

  /** A meeting, the node that has all of its media, and another one. */
  async function gather(people = 2) {
    const ada = await signUp(entry);
    const { id: meetingId } = await createMeeting(entry, ada);
    const inside = [await takePart(ada, meetingId)];
    while (inside.length < people) {
      inside.push(await takePart(await signUp(entry, `Guest ${inside.length}`), meetingId));
    }
    const [router, ...more] = await placementOf(meetingId);
    if (!router || more.length > 0) throw new Error('one router has all of the meeting');
    const carrier = router.name;
    const other = cluster.media.find(({ name }) => name !== carrier)?.name ?? '';
    return { meetingId, inside, carrier, other };
  }

  /** Does what somebody was told when they were to move. @returns what they send by the new way */
  async function move(
    client: Joined,
    meetingId: string,
    replaces: string,
    told = client.next('media-moving'),
  ): Promise<string> {
    const { moveId, webrtcConfig } = await told;
    const rtpCapabilities = receivable(webrtcConfig.routerRtpCapabilities);
    const ofMove = { meetingId, moveId };
    await client.request('create-transport', { ...ofMove, direction: 'recv', rtpCapabilities });
    const send = await client.request('create-transport', { ...ofMove, direction: 'send' });
    const { producerId } = await client.request('produce', {
      ...produceInput(meetingId, send.id, 'microphone', `move-${moveId}`),
      replaces,
    });
    await client.request('finish-move', { ...ofMove, moved: true });
    return producerId;
  }

  /** Whoever was cut finds out, and begins anew elsewhere. */
  async function beginAnew(client: Joined, meetingId: string) {
    await client.next('media-reset', ({ participantIds }) =>
      participantIds.includes(client.participantId),
    );
    const send = await client.request('create-transport', { meetingId, direction: 'send' });
    await client.request('produce', produceInput(meetingId, send.id, 'microphone', 'anew'));
  }

  inFull(
    'is seen by operators, and ends where they take it back: who is left stays, who comes gets in',
    async () => {
      await start(FAR_AWAY_MS);
      const { meetingId, inside, carrier, other } = await gather();
      await eventually(async () => {
        expect(await look(carrier)).toMatchObject({ participants: 2, routers: 1 });
      });
      await mark(carrier, 'draining');
      await eventually(async () => {
        expect((await fetch(`${processOf(carrier).url}/readyz`)).status).toBe(503);
      });
      // Who sends moves one after another, the newest first.
      const [ada, guest] = inside as [(typeof inside)[0], (typeof inside)[0]];
      await guest.client.next('media-moving');
      expect(ada.client.all('media-moving')).toEqual([]);
      await mark(carrier, 'ready');
      await eventually(async () => expect((await look(carrier)).mark).toBe('ready'));
      // What was begun is finished; nobody else is told.
      const moved = await move(guest.client, meetingId, guest.producerId);
      await ada.client.next('producer-added', ({ producer }) => producer.id === moved);
      await eventually(async () => {
        expect(await look(carrier)).toMatchObject({ participants: 1, routers: 1 });
        expect(await look(other)).toMatchObject({ participants: 1, routers: 1 });
      });
      await mark(other, 'cordoned');
      const grace = await takePart(await signUp(entry, 'Grace'), meetingId);
      expect(await placementOf(meetingId)).toEqual([
        { name: carrier, participants: 2 },
        { name: other, participants: 1 },
      ]);
      expect(ada.client.all('media-moving')).toEqual([]);

      // Drained again it gives away the rest, while the process goes on.
      await mark(other, 'ready');
      await mark(carrier, 'draining');
      for (const { client, producerId } of [grace, ada]) await move(client, meetingId, producerId);
      await eventually(async () => {
        expect(await look(carrier)).toMatchObject({ participants: 0, routers: 0 });
      });
      for (const { client } of [...inside, grace]) expect(client.all('media-reset')).toEqual([]);
      await mark(carrier, 'ready');
      await processOf(carrier).ready();
    },
  );

  it('cuts what is left at the deadline: it is begun anew on another node', async () => {
    await start(SOON_MS);
    const { meetingId, inside, carrier, other } = await gather();
    await mark(carrier, 'draining');
    await Promise.all(inside.map(({ client }) => beginAnew(client, meetingId)));
    expect(await placementOf(meetingId)).toEqual([{ name: other, participants: 2 }]);
    await eventually(async () => {
      expect(await look(carrier)).toMatchObject({ participants: 0, routers: 0, mark: 'draining' });
    });
    // It serves again once it is taken back.
    await mark(carrier, 'ready');
    await processOf(carrier).ready();
  });

  inFull('cuts nothing at the deadline where there is no other node for it', async () => {
    await start(SOON_MS);
    const { meetingId, inside, carrier, other } = await gather(1);
    await mark(other, 'cordoned');
    await mark(carrier, 'draining');
    const [ada] = inside as [(typeof inside)[0]];
    const begun = Date.now();
    await eventually(() => expect(Date.now() - begun).toBeGreaterThan(Number(SOON_MS) + 2_000));
    expect(ada.client.all('media-reset')).toEqual([]);
    expect(await placementOf(meetingId)).toEqual([{ name: carrier, participants: 1 }]);
    // As soon as there is one, it is late enough.
    await mark(other, 'ready');
    await beginAnew(ada.client, meetingId);
  });

  it('lets a process that is asked to stop end when everybody has moved, and not before', async () => {
    await start(FAR_AWAY_MS);
    const { meetingId, inside, carrier, other } = await gather();
    const node = processOf(carrier);
    const ended = node.terminate();
    for (const { client, producerId } of inside.toReversed()) {
      expect(node.isRunning).toBe(true);
      await move(client, meetingId, producerId);
    }
    expect(await ended).toBe(0);
    const says = (text: string) => node.log.some((line) => line.includes(text));
    expect([says('"drained"'), says('media is cut')]).toEqual([true, false]);
    expect(await placementOf(meetingId)).toEqual([{ name: other, participants: 2 }]);
    for (const { client } of inside) expect(client.all('media-reset')).toEqual([]);
  });

  inFull(
    'lets a process that is asked to stop end at the deadline, and people go on elsewhere',
    async () => {
      await start(SOON_MS);
      const { meetingId, inside, carrier, other } = await gather();
      const begun = Date.now();
      expect(await processOf(carrier).terminate()).toBe(0);
      expect(Date.now() - begun).toBeGreaterThanOrEqual(Number(SOON_MS));
      await Promise.all(inside.map(({ client }) => beginAnew(client, meetingId)));
      expect(await placementOf(meetingId)).toEqual([{ name: other, participants: 2 }]);
    },
  );

  inFull('ends at once when the process is asked to stop a second time', async () => {
    await start(FAR_AWAY_MS);
    const { meetingId, inside, carrier } = await gather();
    const node = processOf(carrier);
    const ended = node.terminate();
    await inside[1]?.client.next('media-moving');
    // At once a second signal is the same request, passed on; a moment later it is another one.
    node.signal('SIGTERM');
    expect(node.isRunning).toBe(true);
    await eventually(() => {
      if (node.isRunning) node.signal('SIGTERM');
      expect(node.isRunning).toBe(false);
    });
    expect(await ended).toBe(0);
    await Promise.all(inside.map(({ client }) => beginAnew(client, meetingId)));
  });

  inFull('does not keep a process that has nobody to give its media to', async () => {
    await start(FAR_AWAY_MS);
    const { carrier, other } = await gather(1);
    await processOf(other).kill();
    expect(await processOf(carrier).terminate()).toBe(0);
  });

  inFull('cannot be taken back from a process that is asked to stop', async () => {
    await start(FAR_AWAY_MS);
    const { meetingId, inside, carrier } = await gather(1);
    const ended = processOf(carrier).terminate();
    const [ada] = inside as [(typeof inside)[0]];
    await ada.client.next('media-moving');
    await mark(carrier, 'ready');
    await eventually(async () => expect((await look(carrier)).mark).toBe('draining'));
    await move(ada.client, meetingId, ada.producerId);
    expect(await ended).toBe(0);
  });

  inFull('gives away the meetings, the clients and the media of a node of all roles', async () => {
    await start(FAR_AWAY_MS, { signaling: 0, media: 0, all: 2 });
    const [leaving, staying] = cluster.nodes as [NodeProcess, NodeProcess];
    await mark(staying.name, 'cordoned');
    const { meetingId, inside } = await gather(1);
    await mark(staying.name, 'ready');
    const [ada] = inside as [(typeof inside)[0]];
    const atStaying = createVisits(() => staying);
    const alan = await atStaying.come(await signUp(staying, 'Alan'), meetingId);
    expect(await placementOf(meetingId)).toEqual([{ name: leaving.name, participants: 1 }]);
    const cut = new Promise((resolve) => ada.client.socket.once('disconnect', resolve));
    const ended = leaving.terminate();
    entry = staying;
    await cut;

    // Ada takes her place again at the other node, and moves.
    const again = await atStaying.connect(ada.person);
    const answer = await again.request('resume-meeting', {
      ...{ meetingId, participantId: ada.client.participantId, epoch: 0, seq: 0 },
    });
    expect(answer.status).toBe('resynced');
    const back = Object.assign(again, {
      participantId: ada.client.participantId,
      status: 'joined' as const,
    });
    await move(back, meetingId, ada.producerId);
    expect(await ended).toBe(0);
    expect(await placementOf(meetingId)).toEqual([{ name: staying.name, participants: 1 }]);
    expect(alan.all('participant-left')).toEqual([]);
    for (const client of [back, alan]) expect(client.all('media-reset')).toEqual([]);
    atStaying.end();
  });
});
