import { expect, test } from 'vitest';
import { createConsequences } from '../../../../client/state/consequences.ts';
import type { RosterState } from '../../../../client/state/roster.ts';
import type { Broadcast } from '../../../../protocol/live.ts';
import type { ParticipantView } from '../../../../protocol/meetings.ts';
import type { SequencedNotification } from '../../../../protocol/notifications.ts';

const WEBRTC = { iceServers: [] };

/** @param calls what is done and told, in its order */
function consequences(calls: unknown[]) {
  const nothing = (): void => undefined;
  return createConsequences({
    media: {
      add: nothing,
      remove: nothing,
      reset: (config) => calls.push(['reset', config]),
      receive: (producerIds) => calls.push(['receive', [...producerIds]]),
    },
    notices: { tell: (kind) => calls.push(kind) },
    liveliness: { forget: nothing },
    onStopped: nothing,
    onSettings: nothing,
  });
}

function consequencesOfReset(participantIds: string[]): unknown[] {
  const calls: unknown[] = [];
  const follow = consequences(calls);
  const producers = [{ id: 'cam', kind: 'video', source: 'camera', paused: false }];
  const participants = new Map([
    ['ann', { id: 'ann', companion: false, producers: [] }],
    ['bob', { id: 'bob', companion: false, producers }],
  ]) as unknown as ReadonlyMap<string, ParticipantView>;
  const after = { selfId: 'ann', participants } as RosterState;
  const payload = { participantIds, webrtcConfig: WEBRTC };
  follow({ name: 'media-reset', payload } as unknown as SequencedNotification, after, after);
  return calls;
}

test('who has lost their media builds it anew, and receives whoever still sends', () => {
  expect(consequencesOfReset(['ann', 'cyd'])).toEqual([
    ['reset', WEBRTC],
    ['receive', ['cam']],
  ]);
});

test('everybody else only stops receiving those who have', () => {
  expect(consequencesOfReset(['cyd'])).toEqual([['receive', ['cam']]]);
});

test.each([
  [
    'goes on air',
    { roomId: null, recording: false },
    { roomId: 'a', recording: false },
    ['on-air'],
  ],
  [
    'goes off air',
    { roomId: 'a', recording: true },
    { roomId: null, recording: true },
    ['off-air'],
  ],
  [
    'is recorded',
    { roomId: 'a', recording: false },
    { roomId: 'a', recording: true },
    ['recording-began'],
  ],
  [
    'ends altogether',
    { roomId: 'a', recording: true },
    { roomId: null, recording: false },
    ['off-air', 'recording-ended'],
  ],
])('everybody is told when the meeting %s', (_, before, after, told) => {
  const calls: unknown[] = [];
  const payload = { broadcast: after };
  const notification = { name: 'broadcast-updated', payload } as unknown as SequencedNotification;
  const state = (broadcast: Omit<Broadcast, 'listenerChat'>) =>
    ({ broadcast: { listenerChat: 'off', ...broadcast } }) as RosterState;
  consequences(calls)(notification, state(before), state(after));
  expect(calls).toEqual(told);
});
