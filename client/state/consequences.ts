import type { SequencedNotification } from '../../protocol/notifications.ts';
import type { MediaSession } from '../media/MediaSession.ts';
import type { Liveliness } from './liveliness.ts';
import type { Notices } from './notices.ts';
import type { RosterState } from './roster.ts';

interface ConsequenceDeps {
  media: Pick<MediaSession, 'add' | 'remove' | 'reset'>;
  notices: Pick<Notices, 'tell'>;
  liveliness: Pick<Liveliness, 'forget'>;
}

/** What a fact that has changed the roster means for media, and what the user is told of it. */
export function createConsequences({ media, notices, liveliness }: ConsequenceDeps) {
  return (notification: SequencedNotification, before: RosterState, after: RosterState): void => {
    const { selfId } = after;
    const nameOf = (id: string) => after.participants.get(id)?.name;
    switch (notification.name) {
      case 'producer-added': {
        const { participantId, producer } = notification.payload;
        if (participantId === selfId) break;
        media.add(producer.id);
        if (producer.source === 'screen') notices.tell('share-started', nameOf(participantId));
        break;
      }
      case 'producer-closed':
        media.remove(notification.payload.producerId);
        break;
      case 'participant-joined':
        notices.tell('joined', notification.payload.participant.name);
        break;
      case 'participant-left': {
        const { participantId } = notification.payload;
        const gone = before.participants.get(participantId);
        for (const { id } of gone?.producers ?? []) media.remove(id);
        liveliness.forget(participantId);
        if (gone) notices.tell('left', gone.name);
        break;
      }
      case 'participant-hand-updated': {
        const { participantId, handRaised } = notification.payload;
        if (handRaised && participantId !== selfId) {
          notices.tell('hand-raised', nameOf(participantId));
        }
        break;
      }
      case 'media-reset':
        media.reset(notification.payload.webrtcConfig);
        break;
      case 'meeting-updated': {
        const { locked } = notification.payload.meeting;
        if (locked !== before.meeting.locked) notices.tell(locked ? 'locked' : 'unlocked');
        break;
      }
      case 'participant-connection-updated':
      case 'participant-media-updated':
      case 'producer-updated':
        break;
    }
  };
}
