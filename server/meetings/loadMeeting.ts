import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaCommands } from '../media/MediaCommands.ts';
import { inOrder, type HotMeeting, type HotParticipant, type HotStateStore } from './HotState.ts';
import { giveBack } from './roles.ts';
import type {
  AdmissionStore,
  DecisionStore,
  Fence,
  MeetingStore,
  ParticipantRecord,
  ParticipantStore,
  PictureStore,
  RoleStore,
  StoredMeeting,
} from './stores.ts';

export interface LoadDeps {
  meetings: MeetingStore;
  participants: ParticipantStore;
  admissions: AdmissionStore;
  decisions: DecisionStore;
  roles: RoleStore;
  pictures: Pick<PictureStore, 'picturesOf'>;
  hotState: HotStateStore;
  media: Pick<MediaCommands, 'adoptMeeting' | 'closeMeeting'>;
  logger: Logger;
  now: () => number;
}

/**
 * Everything that is known of a meeting, for its new owner. From here on no earlier one writes any
 * more: what is read is the latest.
 * @throws AppError NOT_FOUND, ENDED; StaleEpochError when there is an even newer owner
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
  if (record.endedAt !== null) {
    await clearEnded(fence, { open, waiting: admitted.length > 0 }, deps);
    throw new AppError('ENDED');
  }
  const { present, untold } = presentOf(open, hot);
  const gone = open.filter(({ id }) => !present.some((one) => one.id === id));
  await endStays(fence, gone, present.length === 0, deps);
  // Nobody was in or is expected: as after it was empty, it is its creator's again.
  const left = giveBack(new Map(given.map((one) => [one.userId, one])), record.hostId);
  const assigned = admitted.length === 0 ? [...left.values()] : given;
  const revived = await revive(fence, { open: open.length, present, untold, hot }, deps);
  const pictures = await deps.pictures.picturesOf(
    [...present, ...admitted].map(({ userId }) => userId),
  );
  return {
    ...{ record, invited, admissions: admitted, decisions: decided, roles: assigned },
    ...{ pictures, revived },
  };
}

/**
 * Whose stay goes on: whoever is kept as being in, and those who came when that could not be kept any
 * more, of whom the database knows. Where nothing at all is kept everybody enters anew.
 */
function presentOf(
  open: readonly ParticipantRecord[],
  hot: HotMeeting | null,
): { present: readonly HotParticipant[]; untold: readonly string[] } {
  if (!hot) return { present: [], untold: [] };
  const { savedAt, participants } = hot;
  const kept = participants.filter(({ id }) => open.some((one) => one.id === id));
  if (savedAt === null) return { present: kept, untold: [] };
  const later = open.filter(
    ({ id, joinedAt }) => joinedAt >= savedAt && !participants.some((one) => one.id === id),
  );
  const nothingYet = { handRaisedAt: null, stopped: [], granted: [] };
  const came = later.map(({ meetingId: _, ...one }) => ({ ...one, ...nothingYet }));
  return { present: inOrder([...kept, ...came]), untold: later.map(({ id }) => id) };
}

/** It ended, and its owner was lost before all that follows from it was done. */
async function clearEnded(
  fence: Fence,
  left: { open: readonly ParticipantRecord[]; waiting: boolean },
  deps: LoadDeps,
): Promise<void> {
  await endStays(fence, left.open, true, deps);
  if (left.waiting) await deps.admissions.clear(fence);
  await deps.hotState.clear(fence.meetingId, fence.epoch);
  if (left.open.length > 0) await closeMedia(fence, deps);
}

async function closeMedia({ meetingId, epoch }: Fence, { media, logger }: LoadDeps): Promise<void> {
  try {
    await media.adoptMeeting(meetingId, epoch);
    await media.closeMeeting(meetingId);
  } catch (error) {
    // It is closed when nobody has asked for it for a while.
    logger.warn({ err: error, meetingId }, 'media of an earlier owner was not closed');
  }
}

/** The media of those who are still in; of all others, whom nobody knows any more, it is closed. */
async function revive(
  fence: Fence,
  was: ReturnType<typeof presentOf> & { open: number; hot: HotMeeting | null },
  deps: LoadDeps,
): Promise<StoredMeeting['revived']> {
  if (was.hot && was.present.length > 0) {
    const adopted = await deps.media.adoptMeeting(fence.meetingId, fence.epoch);
    const { startedAt } = was.hot;
    return { startedAt, participants: was.present, untold: was.untold, media: adopted };
  }
  if (was.open > 0) await closeMedia(fence, deps);
  return null;
}

/** Stays that an owner left open when it was lost, of people of whom nothing else is known. */
async function endStays(
  fence: Fence,
  stays: readonly ParticipantRecord[],
  empties: boolean,
  deps: LoadDeps,
): Promise<void> {
  const leftAt = deps.now();
  await deps.participants.leave(
    fence,
    stays.map(({ id: participantId }) => ({
      participantId,
      leftAt,
      reason: 'connection-lost',
      forgetAdmission: false,
    })),
    empties,
  );
}
