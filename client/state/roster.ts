import type { Broadcast } from '../../protocol/live.ts';
import type { MeetingView, ParticipantView, ProducerView } from '../../protocol/meetings.ts';
import {
  sequencedNotifications,
  type MeetingSnapshot,
  type SequencedNotification,
} from '../../protocol/notifications.ts';

/** What the server has told of a meeting, as of `(epoch, seq)`. */
export interface RosterState {
  readonly meeting: MeetingView;
  readonly selfId: string;
  /** In the order of their arrival. */
  readonly participants: ReadonlyMap<string, ParticipantView>;
  readonly broadcast: Broadcast;
  readonly epoch: number;
  readonly seq: number;
}

export function rosterOf(snapshot: MeetingSnapshot): RosterState {
  return {
    meeting: snapshot.meeting,
    selfId: snapshot.participantId,
    participants: new Map(snapshot.participants.map((one) => [one.id, one])),
    broadcast: snapshot.broadcast,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
  };
}

/**
 * The state after a notification; the same one if it was applied before; null when notifications
 * are missing in between: ask for them.
 */
export function applyNotification(
  state: RosterState,
  notification: SequencedNotification,
): RosterState | null {
  const { epoch, seq } = notification.payload;
  if (epoch < state.epoch || (epoch === state.epoch && seq <= state.seq)) return state;
  if (epoch !== state.epoch || seq !== state.seq + 1) return null;
  return { ...state, ...change(state, notification), epoch, seq };
}

export function isSequenced<T extends { name: string }>(
  notification: T,
): notification is Extract<T, SequencedNotification> {
  return Object.hasOwn(sequencedNotifications, notification.name);
}

/** Whether something was missed of what the server has told by now. */
export function isBehind(state: RosterState, now: { epoch: number; seq: number }): boolean {
  return now.epoch > state.epoch || (now.epoch === state.epoch && now.seq > state.seq);
}

/** Somebody may be there by several devices. */
export function participantsOf({ participants }: RosterState, userId: string): ParticipantView[] {
  return [...participants.values()].filter((one) => one.userId === userId);
}

/** Producers of everybody else that are to be received: a second screen has no sound. */
export function producersOfOthers(state: RosterState): Set<string> {
  const ids = [...state.participants.values()]
    .filter(({ id }) => id !== state.selfId)
    .flatMap(({ producers }) => producers.filter((one) => isReceived(state, one)))
    .map(({ id }) => id);
  return new Set(ids);
}

/** Whether a producer of somebody else is to be received. */
export function isReceived({ participants, selfId }: RosterState, { kind }: ProducerView): boolean {
  return kind === 'video' || !participants.get(selfId)?.companion;
}

function change(
  state: RosterState,
  notification: SequencedNotification,
): Partial<Pick<RosterState, 'meeting' | 'participants' | 'broadcast'>> {
  switch (notification.name) {
    case 'participant-joined': {
      const { participant } = notification.payload;
      return { participants: new Map(state.participants).set(participant.id, participant) };
    }
    case 'participant-left': {
      const participants = new Map(state.participants);
      participants.delete(notification.payload.participantId);
      return { participants };
    }
    case 'participant-connection-updated': {
      const { participantId, connection } = notification.payload;
      return update(state, participantId, () => ({ connection }));
    }
    case 'participant-media-updated': {
      const { participantId, audio, video, screenSharing } = notification.payload;
      const on = { microphone: audio, camera: video, screen: screenSharing };
      return update(state, participantId, ({ stopped }) => ({
        media: { audio, video, screenSharing },
        // Turned on again.
        stopped: stopped.filter((source) => !on[source]),
      }));
    }
    case 'participant-role-updated': {
      const { participantId, role } = notification.payload;
      return update(state, participantId, () => ({ role }));
    }
    case 'participant-renamed': {
      const { participantId, name, avatarUrl } = notification.payload;
      return update(state, participantId, (before) => ({
        name,
        avatarUrl: avatarUrl === undefined ? before.avatarUrl : avatarUrl,
      }));
    }
    case 'media-stopped': {
      const { participantId, source } = notification.payload;
      return update(state, participantId, ({ stopped }) => ({
        stopped: [...stopped.filter((one) => one !== source), source],
      }));
    }
    case 'participant-hand-updated': {
      const { participantId, handRaised, handRaisedAt } = notification.payload;
      return update(state, participantId, () => ({ handRaised, handRaisedAt }));
    }
    case 'producer-added': {
      const { participantId, producer } = notification.payload;
      return updateProducers(state, participantId, (producers) => [
        ...producers.filter(({ id }) => id !== producer.id),
        producer,
      ]);
    }
    case 'producer-updated': {
      const { participantId, producerId, paused } = notification.payload;
      return updateProducers(state, participantId, (producers) =>
        producers.map((one) => (one.id === producerId ? { ...one, paused } : one)),
      );
    }
    case 'producer-closed': {
      const { participantId, producerId } = notification.payload;
      return updateProducers(state, participantId, (producers) =>
        producers.filter(({ id }) => id !== producerId),
      );
    }
    case 'media-reset': {
      const nothing = { audio: false, video: false, screenSharing: false };
      const participants = new Map(state.participants);
      for (const id of notification.payload.participantIds) {
        const one = participants.get(id);
        if (one) participants.set(id, { ...one, producers: [], media: nothing });
      }
      return { participants };
    }
    case 'broadcast-updated':
      return { broadcast: notification.payload.broadcast };
    case 'meeting-updated':
      return { meeting: notification.payload.meeting };
  }
}

function update(
  { participants }: RosterState,
  id: string,
  make: (before: ParticipantView) => Partial<ParticipantView>,
): { participants?: ReadonlyMap<string, ParticipantView> } {
  const before = participants.get(id);
  if (!before) return {};
  return { participants: new Map(participants).set(id, { ...before, ...make(before) }) };
}

function updateProducers(
  state: RosterState,
  id: string,
  make: (before: readonly ProducerView[]) => ProducerView[],
) {
  return update(state, id, ({ producers }) => ({ producers: make(producers) }));
}
