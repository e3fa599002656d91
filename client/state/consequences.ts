import type { Broadcast } from '../../protocol/live.ts';
import type { MeetingSettings, Stoppable } from '../../protocol/meetings.ts';
import type { SequencedNotification } from '../../protocol/notifications.ts';
import type { MediaSession } from '../media/MediaSession.ts';
import type { Liveliness } from './liveliness.ts';
import type { Notices } from './notices.ts';
import { isReceived, producersOfOthers, type RosterState } from './roster.ts';

interface ConsequenceDeps {
  media: Pick<MediaSession, 'add' | 'receive' | 'remove' | 'reset'>;
  notices: Pick<Notices, 'tell'>;
  liveliness: Pick<Liveliness, 'forget'>;
  /** A host has stopped something of one's own: it is not to be turned on again by itself. */
  onStopped: (source: Stoppable) => void;
  onSettings: (before: MeetingSettings, after: MeetingSettings) => void;
}

const MADE = {
  host: 'made-host',
  cohost: 'made-cohost',
  participant: 'made-participant',
  guest: 'made-participant',
} as const;
const STOPPED = {
  microphone: 'microphone-stopped',
  camera: 'camera-stopped',
  screen: 'screen-stopped',
} as const;

/** What a fact that has changed the roster means for media, and what the user is told of it. */
export function createConsequences(deps: ConsequenceDeps) {
  const { media, notices, liveliness, onStopped, onSettings } = deps;

  /** On air is told by itself, whatever is recorded: each begins and ends on its own. */
  function tellBroadcast(before: Broadcast, after: Broadcast): void {
    const [wasOnAir, isOnAir] = [before.roomId !== null, after.roomId !== null];
    if (wasOnAir !== isOnAir) notices.tell(isOnAir ? 'on-air' : 'off-air');
    if (before.recording !== after.recording)
      notices.tell(after.recording ? 'recording-began' : 'recording-ended');
  }

  return (notification: SequencedNotification, before: RosterState, after: RosterState): void => {
    const { selfId } = after;
    const nameOf = (id: string) => after.participants.get(id)?.name;
    switch (notification.name) {
      case 'producer-added': {
        const { participantId, producer } = notification.payload;
        if (participantId === selfId) break;
        if (isReceived(after, producer)) media.add(producer.id, producer.replaces);
        if (producer.source === 'screen' && producer.replaces === undefined)
          notices.tell('share-started', nameOf(participantId));
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
      case 'participant-role-updated': {
        const { participantId, role } = notification.payload;
        if (participantId === selfId) notices.tell(MADE[role]);
        else if (role === 'host') notices.tell('new-host', nameOf(participantId));
        break;
      }
      case 'media-stopped': {
        const { participantId, source, by } = notification.payload;
        if (participantId !== selfId) break;
        onStopped(source);
        notices.tell(STOPPED[source], by === null ? undefined : nameOf(by));
        break;
      }
      case 'media-reset': {
        const { participantIds, webrtcConfig } = notification.payload;
        if (participantIds.includes(selfId)) media.reset(webrtcConfig);
        // Nothing of those who have lost it; all of the others, also after one's own reset.
        media.receive(producersOfOthers(after));
        break;
      }
      case 'meeting-updated': {
        const { locked, settings } = notification.payload.meeting;
        onSettings(before.meeting.settings, settings);
        if (locked !== before.meeting.locked) notices.tell(locked ? 'locked' : 'unlocked');
        break;
      }
      case 'broadcast-updated':
        tellBroadcast(before.broadcast, after.broadcast);
        break;
      case 'participant-connection-updated':
      case 'participant-media-updated':
      case 'participant-renamed':
      case 'producer-updated':
        break;
    }
  };
}
