import type { MemoryCluster } from '../cluster/MemoryCluster.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import {
  inOrder,
  type HotChanges,
  type HotMeeting,
  type HotParticipant,
  type HotStateStore,
} from './HotState.ts';

interface MemoryMeeting {
  epoch: number;
  startedAt: number;
  participants: Map<string, HotParticipant>;
  savedAt: number;
  /** By this process's clock. */
  writtenAt: number;
}

/** As in Redis: how long a meeting is kept that nobody owns and nobody writes to. */
const TTL_MS = 60 * 60 * 1_000;

/** The hot state of a cluster in memory: all its nodes share one of these. */
export class MemoryHotStateStore implements HotStateStore {
  readonly #cluster: MemoryCluster;
  readonly #meetings = new Map<string, MemoryMeeting>();

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster;
  }

  async load(meetingId: string): Promise<HotMeeting | null> {
    await Promise.resolve();
    const meeting = this.#meetings.get(meetingId);
    if (!meeting) return null;
    const participants = structuredClone([...meeting.participants.values()]);
    const { startedAt, savedAt } = meeting;
    return { startedAt, savedAt, participants: inOrder(participants) };
  }

  async save(meetingId: string, epoch: number, changes: HotChanges): Promise<void> {
    await Promise.resolve();
    this.#assertCurrent(meetingId, epoch);
    const known = this.#meetings.get(meetingId);
    if (!known) this.#forgetOld();
    const participants = known?.participants ?? new Map<string, HotParticipant>();
    for (const one of changes.put) participants.set(one.id, structuredClone(one));
    for (const id of changes.remove) participants.delete(id);
    const { startedAt, savedAt } = changes;
    const writtenAt = Date.now();
    this.#meetings.set(meetingId, { epoch, startedAt, participants, savedAt, writtenAt });
  }

  async clear(meetingId: string, epoch: number): Promise<void> {
    await Promise.resolve();
    this.#assertCurrent(meetingId, epoch);
    this.#meetings.delete(meetingId);
  }

  #assertCurrent(meetingId: string, epoch: number): void {
    const written = this.#meetings.get(meetingId)?.epoch ?? 0;
    if (Math.max(this.#cluster.epochOf(meetingId), written) <= epoch) return;
    throw new StaleEpochError(meetingId, epoch);
  }

  #forgetOld(): void {
    const before = Date.now() - TTL_MS;
    for (const [meetingId, { writtenAt }] of this.#meetings) {
      if (writtenAt < before && !this.#cluster.findLease(meetingId))
        this.#meetings.delete(meetingId);
    }
  }
}
