import type { RoomMember } from '../../protocol/chat.ts';

/** Who asks. */
export interface Person extends RoomMember {
  /** Guests have none: they are in one meeting. */
  readonly account: boolean;
}
