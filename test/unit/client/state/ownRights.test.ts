import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createOwnRights } from '../../../../client/state/ownRights.ts';
import type { RosterState } from '../../../../client/state/roster.ts';
import type { MeetingSettings, ParticipantView } from '../../../../protocol/meetings.ts';

const FREE: MeetingSettings = {
  mayShareScreen: true,
  mayUnmute: true,
  mayUseCamera: true,
  mayReact: true,
  mayRename: true,
  mayChat: true,
  chatAfter: 'participants',
  recordAutomatically: 'off',
};

function rights(settings: MeetingSettings) {
  const me = { id: 'me', role: 'participant', companion: false } as ParticipantView;
  const roster = signal({
    ...{ selfId: 'me', participants: new Map([['me', me]]) },
    meeting: { settings },
  } as unknown as RosterState);
  const off = { on: signal(false) };
  const switches = { microphone: off, camera: off };
  const own = createOwnRights(roster, () => switches as never);
  const set = (after: MeetingSettings) => {
    const { settings: before } = roster.value.meeting;
    roster.value = { ...roster.value, meeting: { ...roster.value.meeting, settings: after } };
    own.handleSettings(before, after);
  };
  return { own, set };
}

const asked = {
  ...{ meetingId: 'm', source: 'microphone' as const },
  by: { participantId: 'h', name: 'Ada' },
};

test('what a host asks for may be turned on, until it is stopped again', () => {
  const { own } = rights({ ...FREE, mayUnmute: false });
  expect(own.may('unmute')).toBe(false);
  own.handleRequest(asked);
  expect(own.may('unmute')).toBe(true);
  expect(own.may('use-camera')).toBe(true);
  own.handleStopped('camera');
  expect(own.unmuteRequest.value).toEqual({ by: 'Ada', source: 'microphone' });
  own.handleStopped('microphone');
  expect(own.may('unmute')).toBe(false);
  expect(own.unmuteRequest.value).toBeNull();
});

test('… or until the setting is taken back', () => {
  const { own, set } = rights(FREE);
  own.handleRequest(asked);
  set({ ...FREE, mayUseCamera: false });
  expect(own.may('unmute')).toBe(true);
  set({ ...FREE, mayUnmute: false });
  expect(own.may('unmute')).toBe(false);
  expect(own.unmuteRequest.value).toBeNull();
});
