import { EventLog } from '../../server/meetings/EventLog.ts';
import type { Fanout } from '../../server/meetings/Fanout.ts';
import { Participant } from '../../server/meetings/Participant.ts';
import { Roster } from '../../server/meetings/Roster.ts';

const silence = () => undefined;

/** Somebody in a meeting, and the names of what is told in it. */
export function meetingOfOne() {
  const told: string[] = [];
  const fanout: Fanout = {
    ...{ enter: silence, leave: silence, forget: silence, toMeetingVolatile: silence },
    toConnection: (_, name) => void told.push(name),
    toMeeting: (name) => void told.push(name),
  };
  const roster = new Roster('meeting', new EventLog(7), fanout, silence);
  const somebody = new Participant(
    {
      ...{ id: 'ada', userId: 'user', name: 'Ada', role: 'participant', deviceId: null },
      ...{ joinedAt: 0, companion: false },
    },
    { state: 'connected', connectionId: 'node/socket' },
  );
  roster.add(somebody);
  return { roster, fanout, somebody, told };
}

/** For what a test has no use for. */
export function unasked(): never {
  throw new Error('nobody asks');
}
