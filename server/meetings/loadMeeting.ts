import { AppError } from '../core/AppError.ts';
import type { MediaCommands } from '../media/MediaCommands.ts';
import type { HotStateStore } from './HotState.ts';
import { giveBack } from './roles.ts';
import type {
  AdmissionStore,
  DecisionStore,
  Fence,
  MeetingStore,
  ParticipantStore,
  RoleStore,
  StoredMeeting,
} from './stores.ts';

export interface LoadDeps {
  meetings: MeetingStore;
  participants: ParticipantStore;
  admissions: AdmissionStore;
  decisions: DecisionStore;
  roles: RoleStore;
  hotState: HotStateStore;
  media: Pick<MediaCommands, 'adoptMeeting'>;
  now: () => number;
}

/**
 * Everything that is known of a meeting, for its new owner. From here on no earlier one writes any
 * more: what is read is the latest.
 * @throws AppError NOT_FOUND; StaleEpochError when there is an even newer owner
 */
export async function loadMeeting(fence: Fence, deps: LoadDeps): Promise<StoredMeeting> {
  const { meetings, admissions, decisions, roles, hotState, participants } = deps;
  const { meetingId } = fence;
  await meetings.claim(fence);
  const [record, invited, admitted, decided, given, open, hot] = await Promise.all([
    meetings.findById(meetingId),
    meetings.listInvited(meetingId),
    admissions.list(meetingId),
    decisions.list(meetingId),
    roles.list(meetingId),
    participants.listOpen(meetingId),
    hotState.load(meetingId),
  ]);
  if (!record) throw new AppError('NOT_FOUND', { message: 'There is no such meeting.' });
  const present = (hot?.participants ?? []).filter(({ id }) => open.includes(id));
  await endStays(
    fence,
    open.filter((id) => !present.some((one) => one.id === id)),
    deps,
  );
  // Nobody was in or is expected: as after it was empty, it is its creator's again.
  const left = giveBack(new Map(given.map((one) => [one.userId, one])), record.hostId);
  const assigned = admitted.length === 0 ? [...left.values()] : given;
  const revived =
    hot && present.length > 0
      ? {
          ...hot,
          participants: present,
          media: await deps.media.adoptMeeting(meetingId, fence.epoch),
        }
      : null;
  return { record, invited, admissions: admitted, decisions: decided, roles: assigned, revived };
}

/** Stays that an owner left open when it was lost, of people of whom nothing else is known. */
async function endStays(fence: Fence, ids: readonly string[], deps: LoadDeps): Promise<void> {
  const leftAt = deps.now();
  await deps.participants.leave(
    fence,
    ids.map((participantId) => ({
      participantId,
      leftAt,
      reason: 'connection-lost',
      forgetAdmission: false,
    })),
  );
}
