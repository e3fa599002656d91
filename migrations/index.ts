import type { Knex } from 'knex';
import * as accountsAndMeetings from './001-accounts-and-meetings.ts';
import * as waitingRoomsAndRoles from './002-waiting-rooms-and-roles.ts';
import * as secrets from './003-secrets.ts';
import * as operatorActs from './004-operator-acts.ts';
import * as webhookDeliveries from './005-webhook-deliveries.ts';
import * as denials from './006-denials.ts';
import * as companions from './007-companions.ts';
import * as blocks from './008-blocks.ts';
import * as chat from './009-chat.ts';
import * as people from './010-people.ts';
import * as calls from './011-calls.ts';
import * as chatSearch from './012-chat-search.ts';
import * as partsOfMinutes from './013-parts-of-minutes.ts';
import * as liveRooms from './014-live-rooms.ts';
import * as recordings from './015-recordings.ts';
import * as livePushes from './016-live-pushes.ts';
import * as automaticRecordings from './018-automatic-recordings.ts';
import * as recordingChat from './018-recording-chat.ts';
import * as transcripts from './018-transcripts.ts';

/**
 * Every migration under the name that databases remember it by, in the order they run.
 * Append only: one that has run anywhere never changes.
 */
export const migrations: Record<string, Knex.Migration> = {
  '001-accounts-and-meetings': accountsAndMeetings,
  '002-waiting-rooms-and-roles': waitingRoomsAndRoles,
  '003-secrets': secrets,
  '004-operator-acts': operatorActs,
  '005-webhook-deliveries': webhookDeliveries,
  '006-denials': denials,
  '007-companions': companions,
  '008-blocks': blocks,
  '009-chat': chat,
  '010-people': people,
  '011-calls': calls,
  '012-chat-search': chatSearch,
  '013-parts-of-minutes': partsOfMinutes,
  '014-live-rooms': liveRooms,
  '015-recordings': recordings,
  '016-live-pushes': livePushes,
  '018-automatic-recordings': automaticRecordings,
  '018-recording-chat': recordingChat,
  '018-transcripts': transcripts,
};
