import { describe, expect, test } from 'vitest';
import {
  applyNotification,
  producersOfOthers,
  rosterOf,
  type RosterState,
} from '../../../../client/state/roster.ts';
import { NO_BROADCAST } from '../../../../protocol/live.ts';
import type { ParticipantView, ProducerView } from '../../../../protocol/meetings.ts';
import type {
  MeetingSnapshot,
  SequencedName,
  SequencedNotification,
  SequencedPayload,
} from '../../../../protocol/notifications.ts';

const NOTHING = { audio: false, video: false, screenSharing: false };
const CAMERA: ProducerView = { id: 'cam', kind: 'video', source: 'camera', paused: false };

function person(id: string, producers: ProducerView[] = []): ParticipantView {
  return {
    id,
    userId: `user-${id}`,
    name: id,
    avatarUrl: null,
    role: 'participant',
    joinedAt: '2026-01-01T10:00:00.000Z',
    connection: 'connected',
    companion: false,
    handRaised: false,
    handRaisedAt: null,
    media: NOTHING,
    stopped: [],
    producers,
  };
}

function roster(...participants: ParticipantView[]): RosterState {
  const meeting = { id: 'm', title: 'Standup', locked: false } as MeetingSnapshot['meeting'];
  return {
    meeting,
    selfId: 'ann',
    participants: new Map(participants.map((one) => [one.id, one])),
    broadcast: NO_BROADCAST,
    epoch: 2,
    seq: 10,
  };
}

function fact<N extends SequencedName>(
  name: N,
  payload: Omit<SequencedPayload<N>, 'meetingId' | 'epoch' | 'seq'>,
  stamp: { epoch?: number; seq?: number } = {},
): SequencedNotification {
  const stamped = { meetingId: 'm', epoch: 2, seq: 11, ...payload, ...stamp };
  return { name, payload: stamped } as unknown as SequencedNotification;
}

describe('rosterOf', () => {
  test('takes over what the snapshot says', () => {
    const snapshot = {
      meeting: { id: 'm' },
      participantId: 'ann',
      participants: [person('ann'), person('bob')],
      broadcast: { roomId: 'town-hall', recording: false },
      epoch: 4,
      seq: 7,
    } as unknown as MeetingSnapshot;
    const state = rosterOf(snapshot);
    expect([...state.participants.keys()]).toEqual(['ann', 'bob']);
    expect(state).toMatchObject({ selfId: 'ann', epoch: 4, seq: 7 });
    expect(state.broadcast).toEqual({ roomId: 'town-hall', recording: false });
  });
});

describe('applyNotification', () => {
  test('follows whether the meeting is on air and recorded', () => {
    const broadcast = { roomId: 'town-hall', listenerChat: 'read' as const, recording: true };
    const after = applyNotification(roster(), fact('broadcast-updated', { broadcast }));
    expect(after).toMatchObject({ broadcast, seq: 11 });
  });

  const joined = (stamp?: { epoch?: number; seq?: number }) =>
    fact('participant-joined', { participant: person('bob') }, stamp);

  test('applies the next one and counts it', () => {
    const after = applyNotification(roster(person('ann')), joined());
    expect([...(after?.participants.keys() ?? [])]).toEqual(['ann', 'bob']);
    expect(after).toMatchObject({ epoch: 2, seq: 11 });
  });

  test('leaves what was applied before as it is', () => {
    const state = roster(person('ann'));
    expect(applyNotification(state, joined({ seq: 10 }))).toBe(state);
    expect(applyNotification(state, joined({ epoch: 1, seq: 99 }))).toBe(state);
  });

  test('tells when some are missing in between', () => {
    expect(applyNotification(roster(person('ann')), joined({ seq: 12 }))).toBeNull();
    expect(applyNotification(roster(person('ann')), joined({ epoch: 3, seq: 11 }))).toBeNull();
  });

  test('does not change the state that it is given', () => {
    const state = roster(person('ann'), person('bob'));
    applyNotification(state, fact('participant-left', { participantId: 'bob', reason: 'left' }));
    expect(state.participants.has('bob')).toBe(true);
  });

  test('follows producers', () => {
    const before = roster(person('ann'), person('bob'));
    const added = applyNotification(
      before,
      fact('producer-added', { participantId: 'bob', producer: CAMERA }),
    );
    expect(added?.participants.get('bob')?.producers).toEqual([CAMERA]);
    const paused =
      added &&
      applyNotification(
        added,
        fact(
          'producer-updated',
          { participantId: 'bob', producerId: 'cam', paused: true },
          { seq: 12 },
        ),
      );
    expect(paused?.participants.get('bob')?.producers).toEqual([{ ...CAMERA, paused: true }]);
    const closed =
      paused &&
      applyNotification(
        paused,
        fact('producer-closed', { participantId: 'bob', producerId: 'cam' }, { seq: 13 }),
      );
    expect(closed?.participants.get('bob')?.producers).toEqual([]);
  });

  test('empties those whose media is gone, and nobody else', () => {
    const sending = { ...NOTHING, video: true };
    const lost = { ...person('bob', [CAMERA]), media: sending };
    const kept = { ...person('cyd', [{ ...CAMERA, id: 'kept' }]), media: sending };
    const after = applyNotification(
      roster(person('ann'), lost, kept),
      fact('media-reset', {
        participantIds: ['bob', 'nobody'],
        webrtcConfig: {} as SequencedPayload<'media-reset'>['webrtcConfig'],
      }),
    );
    expect(after?.participants.get('bob')).toMatchObject({ producers: [], media: NOTHING });
    expect(after?.participants.get('cyd')).toEqual(kept);
    expect(after?.participants.size).toBe(3);
  });

  test('counts what is about somebody who is not there', () => {
    const after = applyNotification(
      roster(person('ann')),
      fact('participant-connection-updated', {
        participantId: 'nobody',
        connection: 'reconnecting',
      }),
    );
    expect(after?.seq).toBe(11);
    expect(after?.participants.size).toBe(1);
  });
});

describe('producersOfOthers', () => {
  test('leaves out one’s own', () => {
    const own = { ...CAMERA, id: 'own' };
    expect(producersOfOthers(roster(person('ann', [own]), person('bob', [CAMERA])))).toEqual(
      new Set(['cam']),
    );
  });
});

describe('what is shown of somebody', () => {
  const renamed = (payload: { name: string; avatarUrl?: string | null }) =>
    applyNotification(
      roster({ ...person('bob'), avatarUrl: '/api/users/bob/pictures/1' }),
      fact('participant-renamed', { participantId: 'bob', ...payload }),
    )?.participants.get('bob');

  test.each<[Parameters<typeof renamed>[0], string | null]>([
    // As an older server tells it.
    [{ name: 'Robert' }, '/api/users/bob/pictures/1'],
    [{ name: 'Robert', avatarUrl: '/api/users/bob/pictures/2' }, '/api/users/bob/pictures/2'],
    [{ name: 'Robert', avatarUrl: null }, null],
  ])('is as it was told last: %j', (payload, avatarUrl) => {
    expect(renamed(payload)).toMatchObject({ name: 'Robert', avatarUrl });
  });
});
