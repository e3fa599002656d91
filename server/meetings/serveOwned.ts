import { AppError } from '../core/AppError.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Lease } from '../cluster/LeaseStore.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { Meeting } from './Meeting.ts';
import type { MeetingManager } from './MeetingManager.ts';
import { OPEN, OPEN_TIMEOUT_MS } from './Owners.ts';
import {
  serveOperation,
  type OwnerAnswer,
  type OwnerArgs,
  type OwnerOperation,
  type Placement,
} from './ownerOperations.ts';
import { assertSchedule } from './settings.ts';

/** Answers a client's request in the meeting: the table of handlers is the edge's. */
export type AnswerRequest = (meeting: Meeting, args: OwnerArgs<'request'>) => unknown;

/** Serves what this node's meetings are asked, by this node and by others. */
export function serveOwned(
  mesh: Mesh,
  manager: MeetingManager,
  answerRequest: AnswerRequest,
  placementOf: (meetingId: string) => Placement,
): void {
  mesh.serve(OPEN, (args) => manager.open((args as { meetingId: string }).meetingId));

  serve('request', answerRequest);

  serve('attach', async (meeting, which, from) => ({
    strangers: await meeting.attach(from, which),
  }));

  serve('lost', async (meeting, { connectionId, how }) => {
    if (how === 'revoked') await meeting.leave(connectionId);
    else await meeting.connectionLost(connectionId, how === 'closed by its client');
    return null;
  });

  serve('has', (meeting, { connectionId }) => meeting.has(connectionId));

  serve('picture', async (meeting, { userId }) => {
    await meeting.refreshPicture(userId);
    return null;
  });

  serve('feed', ({ feed }, args) => feed.follow(args));

  serve('wishes', async ({ feed }, wishes) => {
    await feed.want(wishes);
    return null;
  });

  serve('unfeed', ({ feed }, { generation }) => {
    feed.end(generation);
    return null;
  });

  serve('occupancy', (meeting) => meeting.participants.length);

  serve('update', (meeting, { patch, settings, invited }) =>
    meeting.update(
      // Against what holds when its turn comes, not when it was asked.
      (current) => {
        assertSchedule({ ...current, ...patch });
        return { ...patch, ...(settings && { settings: { ...current.settings, ...settings } }) };
      },
      invited ? { invited } : {},
    ),
  );

  serve('end', (meeting, args) => meeting.end(null, args?.by ?? null));

  serve('placement', ({ overview }) => ({ overview, placement: placementOf(overview.id) }));

  serve('handover', (meeting, { to }) =>
    manager.handOverTo(meeting, async () => {
      const { id: meetingId } = meeting.record;
      return (await mesh.call(to, OPEN, { meetingId }, { timeoutMs: OPEN_TIMEOUT_MS })) as Lease;
    }),
  );

  function serve<O extends OwnerOperation>(
    name: O,
    act: (
      meeting: Meeting,
      args: OwnerArgs<O>,
      from: string,
    ) => Promise<OwnerAnswer<O>> | OwnerAnswer<O>,
  ): void {
    serveOperation(
      mesh,
      name,
      (meetingId, epoch) => manager.owned(meetingId, epoch),
      async (meeting, args, from) => {
        try {
          return await act(meeting, args, from);
        } catch (error) {
          // It closed before the turn of this one came: its next owner is asked.
          const missed =
            meeting.closed && error instanceof AppError && error.code === 'INVALID_STATE';
          if (missed) throw new StaleEpochError(meeting.record.id, meeting.epoch);
          throw error;
        }
      },
    );
  }
}
