import { expect, test, vi } from 'vitest';
import type { MeetingSettings, Role } from '../../../../protocol/meetings.ts';
import { mayActOn, mayDo, type Right } from '../../../../protocol/rights.ts';
import { enHosting } from '../../../../client/i18n/enHosting.ts';
import type { HostModel } from '../../../../client/state/hostModels.ts';
import type { MeetingModel, Person } from '../../../../client/state/models.ts';
import type { Question } from '../../../../client/views/hosting/ask.ts';
import { personActions } from '../../../../client/views/hosting/personActions.ts';

const words = enHosting.person;
const SETTINGS: MeetingSettings = {
  mayShareScreen: true,
  mayUnmute: true,
  mayUseCamera: true,
  mayReact: true,
  mayRename: true,
  mayChat: true,
  chatAfter: 'participants',
  recordAutomatically: 'off',
};

function person(part: Partial<Person> = {}): Person {
  return {
    id: 'p2',
    userId: 'u2',
    name: 'Alan',
    avatarUrl: null,
    role: 'participant',
    isSelf: false,
    microphoneOn: true,
    cameraOn: true,
    screenSharing: false,
    reconnecting: false,
    companion: false,
    handRaisedAt: null,
    camera: null,
    ...part,
  };
}

/** A meeting in which one has a role; of what hosts can do, what a test asks for. */
function meetingAs(role: Role, host: Partial<HostModel> = {}): MeetingModel {
  const model = {
    host,
    may: (right: Right) => mayDo(role, right, SETTINGS),
    mayDoTo: (right: Right, on: Person) => mayActOn(role, right, on.role, SETTINGS),
  };
  return model as unknown as MeetingModel;
}

function labels(meeting: MeetingModel, of: Person): string[] {
  return personActions(meeting, of, words, () => undefined).map(({ label }) => label);
}

test('a host can do to a participant what fits what they do', () => {
  expect(labels(meetingAs('host'), person())).toEqual([
    words.mute,
    words.stopCamera,
    words.rename,
    words.makeCohost,
    words.handOver,
    words.remove,
  ]);
  const silent = person({
    microphoneOn: false,
    cameraOn: false,
    screenSharing: true,
    handRaisedAt: '2026-01-01T10:00:00.000Z',
    role: 'cohost',
  });
  expect(labels(meetingAs('host'), silent)).toEqual([
    words.askToUnmute,
    words.askForCamera,
    words.stopShare,
    words.lowerHand,
    words.rename,
    words.takeBackCohost,
    words.handOver,
    words.remove,
  ]);
});

test('a co-host gives no roles, and has no power over hosts', () => {
  expect(labels(meetingAs('cohost'), person({ role: 'guest' }))).toEqual([
    words.mute,
    words.stopCamera,
    words.rename,
    words.remove,
  ]);
  expect(labels(meetingAs('cohost'), person({ role: 'cohost' }))).toEqual([]);
  expect(labels(meetingAs('cohost'), person({ role: 'host' }))).toEqual([]);
});

test('a participant can change their own name and nothing else', () => {
  expect(labels(meetingAs('participant'), person())).toEqual([]);
  expect(labels(meetingAs('participant'), person({ isSelf: true }))).toEqual([words.rename]);
});

test('a second screen is neither asked to speak nor given a role', () => {
  const screen = person({ companion: true, microphoneOn: false });
  expect(labels(meetingAs('host'), screen)).toEqual([words.stopCamera, words.rename, words.remove]);
});

test('what cannot be taken back is asked first, the rest is done', () => {
  const mute = vi.fn(() => Promise.resolve());
  const meeting = meetingAs('host', { mute });
  const alan = person();
  const asked: Question[] = [];
  const items = personActions(meeting, alan, words, (question) => asked.push(question));
  const run = (label: string): void => items.find((item) => item.label === label)?.run();
  run(words.remove);
  run(words.handOver);
  run(words.mute);
  expect(asked).toEqual([
    { is: 'remove', person: alan },
    { is: 'hand-over', person: alan },
  ]);
  expect(mute).toHaveBeenCalledWith('p2');
});
