import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../server/core/logger.ts';
import { openRedis } from '../../../server/redis/openRedis.ts';
import { ownerKey, participantsKey, stateKey } from '../../../server/redis/keys.ts';
import { RedisLeaseStore } from '../../../server/redis/RedisLeaseStore.ts';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { createMeeting, signUp } from '../../support/people.ts';
import { setPicture } from '../../support/pictures.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import type { TestClient } from '../../support/TestClient.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const logger = createLogger('silent', 'json');
/** Of an owner that answers nothing: silence is found after 3 s, and asking again is given up after 8 s. */
const PATIENCE_MS = 20_000;

/** The one that is asked first owns the meeting. */
describe('what the nodes of a cluster know of a meeting', () => {
  const nodes = useTwoNodes();
  const { atOwner, atOther } = nodes;

  /** Ada hosts at the owner, Alan is in at the other. */
  async function meet() {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada);
    const host = await atOwner.come(ada, meetingId);
    const person = await signUp(nodes.other, 'Alan');
    const alan = await atOther.come(person, meetingId);
    return { meetingId, ada, host, alan, person };
  }

  /** What Redis knows, where the owner could not reach it since before somebody came. */
  async function forgetSince(meetingId: string, participantId: string): Promise<void> {
    await nodes.cluster.redis.use(async (redis) => {
      expect(await redis.hdel(participantsKey(meetingId), participantId)).toBe(1);
      expect(await redis.hset(stateKey(meetingId), 'savedAt', 0)).toBe(0);
    });
  }

  /** Everybody in the meeting, as somebody is told who has heard nothing of it so far. */
  async function rosterAt(client: TestClient, meetingId: string, participantId: string) {
    const answer = await client.request('resume-meeting', {
      ...{ meetingId, participantId, epoch: 0, seq: 0 },
    });
    if (answer.status !== 'resynced') throw new Error('everything was asked for');
    return answer.snapshot.participants;
  }

  it('opens where its lease is when that node does not know that it has it', async () => {
    const ada = await signUp(nodes.owner);
    const { id: earlier } = await createMeeting(nodes.owner, ada);
    await atOwner.come(ada, earlier);
    const { id: meetingId } = await createMeeting(nodes.owner, ada);
    const instanceId = await nodes.cluster.redis.use((redis) =>
      redis.hget(ownerKey(earlier), 'owner'),
    );
    if (instanceId === null) throw new Error('the meeting has an owner');
    // As after an answer of Redis that was lost on its way to that node.
    const redis = await openRedis(nodes.cluster.redis.url, logger);
    const leases = new RedisLeaseStore({ redis, instanceId, logger });
    const lost = await leases.acquire(meetingId, 0);
    leases.close();
    redis.close();

    const client = await atOther.come(await signUp(nodes.other, 'Alan'), meetingId);
    const { epoch } = await client.next('meeting-joined', () => true);
    expect(epoch).toBeGreaterThan(lost.epoch);
    const [holder, stored] = await nodes.cluster.redis.use((redis) =>
      redis.hmget(ownerKey(meetingId), 'owner', 'epoch'),
    );
    expect([holder, Number(stored)]).toEqual([instanceId, epoch]);
  });

  inFull(
    'takes roles and pictures from the database, where what was kept in Redis is older',
    async () => {
      const { meetingId, host, alan, person } = await meet();
      const { participantId } = alan;
      // Told by another node than the owner.
      await setPicture(nodes.other, person);
      const { avatarUrl } = await host.next('participant-renamed');
      expect(avatarUrl).toContain(person.userId);
      const key = participantsKey(meetingId);
      await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
      const kept = await eventually(async () => {
        const text = await nodes.cluster.redis.use((redis) => redis.hget(key, participantId));
        expect(text).toContain('cohost');
        return text ?? '';
      });
      await host.request('assign-role', { meetingId, participantId, role: 'participant' });
      await nodes.cluster.redis.use((redis) => redis.hset(key, participantId, kept));
      await nodes.owner.kill();
      await alan.next('meeting-position', () => true);
      const participants = await rosterAt(alan, meetingId, participantId);
      const seen = participants.find(({ id }) => id === participantId);
      expect(seen).toMatchObject({ role: 'participant', avatarUrl });
      await expect(
        alan.request('lower-hand', { meetingId, participantId: 'nobody' }),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    },
  );

  it('lets in who was admitted just as the owner was lost', async () => {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada, { waitingRoom: true });
    const host = await atOwner.come(ada, meetingId);
    const person = await signUp(nodes.other, 'Alan');
    const alan = await atOther.come(person, meetingId);
    const { participantId } = alan;
    await host.request('admit-participant', { meetingId, participantId });
    const before = await alan.next('meeting-joined', () => true);
    // As an owner leaves it who has stored the admission, and neither kept the place nor told anybody.
    await forgetSince(meetingId, participantId);
    await nodes.owner.kill();
    const told = await alan.next('meeting-joined', ({ epoch }) => epoch > before.epoch);
    expect(told.participantId).toBe(participantId);
    expect(told.participants.map(({ userId }) => userId)).toContain(person.userId);
    await expect(alan.request('raise-hand', { meetingId, raised: true })).resolves.toBeTruthy();
  });

  inFull('keeps the place of somebody who came while it could not be kept in Redis', async () => {
    const { meetingId, host, alan } = await meet();
    const { participantId } = alan;
    await forgetSince(meetingId, participantId);
    await nodes.owner.kill();
    await alan.next('meeting-position', () => true);
    const participants = await rosterAt(alan, meetingId, participantId);
    const ids = participants.map(({ id }) => id);
    expect(ids).toEqual([host.participantId, participantId]);
  });

  inFull(
    'takes from the media what somebody has turned on since it was kept that a host turned it off',
    async () => {
      const { meetingId, alan } = await meet();
      const { participantId } = alan;
      const { send } = await openTransports(alan, meetingId);
      await alan.request('produce', produceInput(meetingId, send.id, 'microphone', 'mic'));
      await nodes.cluster.redis.use(async (redis) => {
        const key = participantsKey(meetingId);
        const kept = JSON.parse((await redis.hget(key, participantId)) ?? '{}') as object;
        await redis.hset(key, participantId, JSON.stringify({ ...kept, stopped: ['microphone'] }));
      });
      await nodes.owner.kill();
      await alan.next('meeting-position', () => true);
      const participants = await rosterAt(alan, meetingId, participantId);
      const seen = participants.find(({ id }) => id === participantId);
      expect(seen).toMatchObject({ stopped: [], media: { audio: true } });
    },
  );

  inFull('ends the stay of somebody who had left when it was kept last', async () => {
    const { meetingId, alan } = await meet();
    const { participantId } = alan;
    // The end of the stay was not stored: PostgreSQL was away, say.
    await nodes.cluster.redis.use((redis) => redis.hdel(participantsKey(meetingId), participantId));
    await nodes.owner.kill();
    await alan.next('meeting-left', ({ reason }) => reason === 'connection-lost');
    expect((await alan.request('join-meeting', { meetingId })).status).toBe('joined');
  });

  inFull(
    'hears of somebody who left while the owner was out of reach',
    async () => {
      const { meetingId, ada, alan } = await meet();
      // Without Redis nobody is declared dead, however silent.
      await nodes.cluster.redis.stop();
      nodes.owner.signal('SIGSTOP');
      const said = (text: string) => () => {
        expect(nodes.other.log.filter((line) => line.includes(text))).not.toEqual([]);
      };
      await eventually(said('link to node down'), PATIENCE_MS);
      alan.close();
      await eventually(said('is not reached yet'), PATIENCE_MS);
      nodes.owner.signal('SIGCONT');
      await nodes.cluster.redis.start();
      // Ada's connection was lost with the owner's silence.
      const again = await eventually(() => atOwner.connect(ada), PATIENCE_MS);
      const { participantId } = await eventually(
        () => again.request('join-meeting', { meetingId, takeOver: true }),
        PATIENCE_MS,
      );
      await eventually(async () => {
        const participants = await rosterAt(again, meetingId, participantId);
        expect(participants.map(({ id }) => id)).toEqual([participantId]);
      }, PATIENCE_MS);
    },
    90_000,
  );
});
