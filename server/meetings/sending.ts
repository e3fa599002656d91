import type { MeetingSettings, Source, Stoppable } from '../../protocol/meetings.ts';
import { mayDo, type Right } from '../../protocol/rights.ts';
import { AppError } from '../core/AppError.ts';
import type { Participant } from './Participant.ts';

/** What a source needs to be sent, what a host stops it as, and what to say to who may not. */
export const SOURCES = {
  microphone: ['unmute', 'microphone', 'Only a host can unmute you.'],
  camera: ['use-camera', 'camera', 'Only a host can turn on your camera.'],
  screen: ['share-screen', 'screen', 'Only a host can share a screen here.'],
  'screen-audio': ['share-screen', 'screen', 'Only a host can share a screen here.'],
} as const satisfies Record<Source, readonly [Right, Stoppable, string]>;

/** @throws AppError FORBIDDEN */
export function assertMaySend(
  participant: Participant,
  source: Source,
  settings: MeetingSettings,
): void {
  if (participant.companion && source === 'microphone') {
    throw new AppError('FORBIDDEN', { message: 'A second screen has no sound.' });
  }
  if (maySend(participant, source, settings)) return;
  throw new AppError('FORBIDDEN', { message: SOURCES[source][2] });
}

/** Whether the settings let them, or a host has asked them to. */
export function maySend(
  { role, granted }: Participant,
  source: Source,
  settings: MeetingSettings,
): boolean {
  const [right, what] = SOURCES[source];
  if (what !== 'screen' && granted.has(what)) return true;
  return mayDo(role, right, settings);
}
