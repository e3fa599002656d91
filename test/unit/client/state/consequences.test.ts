import { expect, test } from 'vitest';
import { createConsequences } from '../../../../client/state/consequences.ts';
import type { RosterState } from '../../../../client/state/roster.ts';
import type { ParticipantView } from '../../../../protocol/meetings.ts';
import type { SequencedNotification } from '../../../../protocol/notifications.ts';

const WEBRTC = { iceServers: [] };

function consequencesOfReset(participantIds: string[]): unknown[] {
  const calls: unknown[] = [];
  const nothing = (): void => undefined;
  const follow = createConsequences({
    media: {
      add: nothing,
      remove: nothing,
      reset: (config) => calls.push(['reset', config]),
      receive: (producerIds) => calls.push(['receive', [...producerIds]]),
    },
    notices: { tell: nothing },
    liveliness: { forget: nothing },
    onStopped: nothing,
    onSettings: nothing,
  });
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
