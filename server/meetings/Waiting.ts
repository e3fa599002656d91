import type { WaitingDevices, WaitingView } from '../../protocol/meetings.ts';
import type { Connection } from './Participant.ts';
import type { Visitor } from './joinPolicy.ts';

/** Somebody who waits to be let in. The id is the one that they will have in the meeting. */
export interface Waiting {
  readonly id: string;
  readonly visitor: Visitor;
  name: string;
  /** Address of their picture, for those in a meeting with them. */
  avatarUrl: string | null;
  deviceId: string | null;
  /** When they asked, in milliseconds since the Unix epoch. */
  readonly since: number;
  connection: Connection;
  devices: WaitingDevices | null;
}

/** As hosts see them. */
export function toWaitingView(waiting: Waiting): WaitingView {
  return {
    id: waiting.id,
    userId: waiting.visitor.userId,
    name: waiting.name,
    avatarUrl: waiting.avatarUrl,
    guest: waiting.visitor.kind === 'guest',
    since: new Date(waiting.since).toISOString(),
    connection: waiting.connection.state,
    devices: waiting.devices,
  };
}
