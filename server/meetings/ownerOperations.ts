import type { MeetingRequestName } from '../../protocol/requests.ts';
import type { Principal } from '../auth/Principal.ts';
import type { Lease } from '../cluster/LeaseStore.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { RouterRef } from '../media/MediaExecutor.ts';
import type { Person } from './AuditTrail.ts';
import type { FeedArgs, FeedState, FeedWishes } from './feed.ts';
import type { MeetingOverview } from './overview.ts';
import type { MeetingPatch, MeetingRecord } from './stores.ts';

/** Who asks, on which connection. */
export interface Caller {
  connectionId: string;
  principal: Principal;
  /** Where it comes from, for the limits on guesses. */
  address: string;
}

/** A connection that had a place with an earlier owner. */
export interface Attached {
  connectionId: string;
  userId: string;
  /** Under which they are in, or wait. */
  participantId: string;
}

/** Where the media of a meeting is: its routers, and the pairs of them that are linked. */
export interface Placement {
  routers: { nodeId: string; worker: number; participants: number }[];
  links: { ends: readonly [RouterRef, RouterRef]; producers: number }[];
}

/** What the owner of a meeting does for other nodes. All plain data. */
export interface OwnerOperations {
  /** A client's request, parsed; answered with the output of its schema. */
  request: { args: { caller: Caller; name: MeetingRequestName; input: unknown }; answer: unknown };
  /**
   * These connections of the asking node have places here, and no others but those that are entering.
   * Answers those that have none.
   */
  attach: {
    args: {
      connections: Attached[];
      /** Connections of it that are entering just now. */
      entering: string[];
    };
    answer: { strangers: string[] };
  };
  /** A connection is gone. */
  lost: {
    args: { connectionId: string; how: 'closed by its client' | 'lost' | 'revoked' };
    answer: null;
  };
  /** Whether the connection has a place in the meeting or in its queue. */
  has: { args: { connectionId: string }; answer: boolean };
  /** Somebody may have another picture. */
  picture: { args: { userId: string }; answer: null };
  /** Its mixer asks for what it is to have; answered when that is another, or after a while. */
  feed: { args: FeedArgs; answer: FeedState };
  /** What its mixer shows of what it has. */
  wishes: { args: FeedWishes; answer: null };
  /** Its mixer has ended. */
  unfeed: { args: { generation: number }; answer: null };
  /** How many are in. */
  occupancy: { args: null; answer: number };
  /** A change by the meeting's creator, from outside; `settings` are merged with those that hold. */
  update: {
    args: {
      patch: Omit<MeetingPatch, 'settings'>;
      settings?: Partial<MeetingRecord['settings']>;
      invited?: string[];
    };
    answer: MeetingRecord;
  };
  /** Its creator ends it, or somebody else who may, from outside. */
  end: { args: { by: Person } | null; answer: MeetingRecord };
  /** For operators: who is in it, and where its media is. */
  placement: { args: null; answer: { overview: MeetingOverview; placement: Placement } };
  /** Another node is to own it; answers who does then. */
  handover: { args: { to: string }; answer: Lease };
}

export type OwnerOperation = keyof OwnerOperations;
export type OwnerArgs<O extends OwnerOperation> = OwnerOperations[O]['args'];
export type OwnerAnswer<O extends OwnerOperation> = OwnerOperations[O]['answer'];

/** Under which name an operation travels. */
export function operation(name: OwnerOperation): string {
  return `meeting/${name}`;
}

/** @param from instance that asks */
type Serve<O extends OwnerOperation, M> = (
  meeting: M,
  args: OwnerArgs<O>,
  from: string,
) => Promise<OwnerAnswer<O>> | OwnerAnswer<O>;

/** Serves an operation for meetings that `owned` finds. */
export function serveOperation<O extends OwnerOperation, M>(
  mesh: Mesh,
  name: O,
  owned: (meetingId: string, epoch: number) => M,
  serve: Serve<O, M>,
): void {
  mesh.serve(operation(name), async (message, from) => {
    // Only nodes of this cluster get here, and they send what `Owners` does.
    const { meetingId, epoch, args } = message as {
      meetingId: string;
      epoch: number;
      args: OwnerArgs<O>;
    };
    return serve(owned(meetingId, epoch), args, from);
  });
}
