/**
 * Every key that Parley has in Redis. Each has a time to live, renewed while a node is alive or a
 * meeting is owned: what nobody needs any more goes by itself.
 */

/** Nodes, by the time of their last heartbeat. */
export const NODES_KEY = 'nodes';

/** Which life of the registry this is; gone when Redis was wiped. */
export const GENERATION_KEY = 'cluster:gen';

/** What a node tells of itself; as long as it is there, the node is alive. */
export function nodeKey(instanceId: string): string {
  return `n:${instanceId}`;
}

/** The mark that a node was given last, for when it is declared dead and was not. */
export function markKey(instanceId: string): string {
  return `mark:${instanceId}`;
}

/** Who owns a meeting. */
export function ownerKey(meetingId: string): string {
  return `{${meetingId}}:own`;
}

/** The highest epoch of a meeting. */
export function epochKey(meetingId: string): string {
  return `{${meetingId}}:epoch`;
}

/** What a meeting's next owner needs, apart from its participants. */
export function stateKey(meetingId: string): string {
  return `{${meetingId}}:state`;
}

/** Participants of a meeting. */
export function participantsKey(meetingId: string): string {
  return `{${meetingId}}:parts`;
}

/** Counters of a rate limit begin with it. They go when their time is over. */
export function limitPrefix(name: string): string {
  return `limit:${name}`;
}

/** Of everything that belongs to a meeting with an owner, and of what all nodes share. */
export const LEASE_TTL_MS = 60 * 60 * 1_000;
/** An epoch outlives its meeting, so that whoever was asleep for days is still refused. */
export const EPOCH_TTL_MS = 7 * 24 * 60 * 60 * 1_000;
/**
 * After the registry was wiped or away, nodes have this long to register again and to claim again
 * what they own, before others may take it.
 */
export const SETTLE_MS = 3_000;
/** Heartbeats that all nodes miss together mean that Redis was away and not they. */
export const SILENCE_MS = 3_000;
