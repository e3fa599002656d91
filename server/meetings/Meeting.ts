import { EventEmitter } from 'node:events';
import type { WaitingDevices } from '../../protocol/meetings.ts';
import type { RequestOutput } from '../../protocol/requests.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { Mailbox } from '../core/Mailbox.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { JoinOutcome, JoinRequest } from './admission.ts';
import { creatorOf, type Person } from './AuditTrail.ts';
import { Connections, type Resumption } from './Connections.ts';
import { createParts, type MeetingParts, type PartsDeps } from './createParts.ts';
import { Emptiness } from './Emptiness.ts';
import { JoinBatches } from './JoinBatches.ts';
import type { OwnerArgs } from './ownerOperations.ts';
import { overviewOf, type MeetingOverview } from './overview.ts';
import type { Participant } from './Participant.ts';
import { changesOf } from './settings.ts';
import type { Fence, MeetingPatch, MeetingRecord, MeetingStore, StoredMeeting } from './stores.ts';
import { toMeetingView } from './views.ts';

export interface MeetingDeps extends PartsDeps {
  meetings: MeetingStore;
  logger: Logger;
  reconnectGraceMs: number;
  /** Grace for those who said themselves that they go. */
  reloadGraceMs: number;
  /** How long somebody who waits keeps their place without a connection. */
  waitingGraceMs: number;
  /** How long an empty meeting stays in memory. */
  emptyTtlMs: number;
}

interface MeetingEvents {
  /**
   * Nothing of the meeting is left in memory; whoever wants it loads it again. `over`: nobody is in it
   * any more; `handed over`: another node may go on with it; `lost`: another node has.
   */
  closed: [how: 'over' | 'handed over' | 'lost'];
}

/** When something could not be stored, or the media layer had no room, it is tried again. */
const SETTLE_RETRY_MS = 5_000;

/**
 * One live meeting: its mailbox serialises everything that changes who is in it, who waits and who
 * leads. Joins that wait together are admitted together, with one write and one pass over the roster.
 */
export class Meeting extends EventEmitter<MeetingEvents> {
  readonly #deps: MeetingDeps;
  readonly #parts: MeetingParts;
  readonly #connections: Connections;
  readonly #mailbox = new Mailbox();
  #record: MeetingRecord;
  #invited: ReadonlySet<string>;
  readonly #joins = new JoinBatches();
  readonly #emptiness: Emptiness;
  #settleTimer: NodeJS.Timeout | undefined;

  constructor(stored: StoredMeeting, epoch: number, deps: MeetingDeps) {
    super();
    this.#deps = deps;
    this.#record = stored.record;
    this.#invited = new Set(stored.invited);
    const own = { parts: () => this.#parts, creatorId: () => this.#record.hostId };
    this.#connections = new Connections(
      { ...deps, ...own, post: (task) => this.#postQuietly(task) },
      stored.revived?.untold ?? [],
    );
    this.#parts = createParts(stored, epoch, deps, {
      meeting: () => this.#record,
      invited: () => this.#invited,
      lookAgain: () => this.#postQuietly(),
      flushLater: (delayMs) => this.#settleLater(delayMs),
      whileAway: (userId) => this.#connections.whileAway(userId),
      whileGone: (participantId) => this.#connections.whileGone(participantId),
    });
    this.#emptiness = new Emptiness(this.#parts, {
      ...deps,
      joining: () => this.#joins.size,
      post: (task) => this.#postQuietly(task),
      onForgotten: () => this.#closeNow('over'),
    });
    this.#emptiness.watch();
  }

  get record(): Readonly<MeetingRecord> {
    return this.#record;
  }

  get closed(): boolean {
    return this.#mailbox.closed;
  }

  get epoch(): number {
    return this.#parts.roster.log.epoch;
  }

  get participants(): readonly Participant[] {
    return this.#parts.roster.participants;
  }

  /** For operators. */
  get overview(): MeetingOverview {
    return overviewOf(this.#record, this.#parts);
  }

  get media(): MeetingParts['media'] {
    return this.#parts.media;
  }

  /** What its mixer gets of it. */
  get feed(): MeetingParts['feed'] {
    return this.#parts.feed;
  }

  /** Whether the connection has a place in the meeting or in its queue. */
  has(connectionId: string): boolean {
    return this.#connections.has(connectionId);
  }

  /** The participant that speaks through a connection. @throws AppError INVALID_STATE */
  participantOf(connectionId: string): Participant {
    const participant = this.#parts.roster.ofConnection(connectionId);
    if (!participant)
      throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
    return participant;
  }

  /**
   * Admits, puts into the queue, or refuses with the fitting code. `meeting-joined` or
   * `waiting-room-entered` is sent before this settles.
   */
  join(request: JoinRequest): Promise<JoinOutcome> {
    const serve = () =>
      this.#joins.serve(async (joins) => {
        await this.#parts.arrivals.serve(joins);
        await this.#settle();
      });
    return this.#joins.add(request, () => this.#post(serve));
  }

  /** Takes up a participant on a new connection, telling what was missed since `(epoch, seq)`. */
  resume(
    principal: Principal,
    connectionId: string,
    of: Resumption,
  ): Promise<RequestOutput<'resume-meeting'>> {
    return this.#post(async () => {
      const participant = await this.#connections.resume(principal, connectionId, of);
      await this.#settle();
      const answer = this.#connections.catchUp(participant, of);
      // Later than what the answer tells.
      this.#parts.media.tellLoss(participant);
      return answer;
    });
  }

  /** Gives up the place in the meeting, or in its queue. */
  leave(connectionId: string): Promise<void> {
    return this.#post(async () => {
      const { departures, roster, queue, waitingRoom } = this.#parts;
      const participant = roster.ofConnection(connectionId);
      const waiting = waitingRoom.ofConnection(connectionId);
      if (participant) await departures.release([participant], 'left');
      if (waiting) await queue.giveUp(waiting);
      await this.#settle();
    });
  }

  /**
   * The connection is gone: whoever had it has the grace time to come back.
   * @param closed whether the client closed it, as a page does that is closed or reloaded
   */
  connectionLost(connectionId: string, closed: boolean): Promise<void> {
    return this.#post(async () => {
      this.#connections.lost(connectionId, closed);
      await this.#settle();
    });
  }

  /** A node is gone, and every connection with it. */
  nodeLost(node: string): Promise<void> {
    return this.#post(async () => {
      this.#connections.nodeLost(node);
      await this.#settle();
    });
  }

  /**
   * All connections of a node that have a place here. Whoever is in is told the meeting's position, so
   * that a client which has missed something asks for it.
   * @returns the connections without a place
   */
  attach(node: string, which: OwnerArgs<'attach'>): Promise<string[]> {
    return this.#post(async () => {
      const strangers = this.#connections.attach(node, which);
      await this.#settle();
      this.#connections.tellPosition(which);
      return strangers;
    });
  }

  /** Somebody may have another picture: it is read, and shown to whoever sees them here. */
  refreshPicture(userId: string): Promise<void> {
    return this.#post(() => this.#parts.pictures.refresh(userId));
  }

  /** Somebody who waits tells what they would come in with. @throws AppError INVALID_STATE */
  setWaitingDevices(connectionId: string, devices: WaitingDevices): void {
    this.#connections.setWaitingDevices(connectionId, devices);
  }

  /**
   * Runs what a participant does to the meeting or to others, when its turn comes, and what follows.
   * @throws AppError INVALID_STATE, and what `act` throws
   */
  act<T>(
    connectionId: string,
    act: (actor: Participant, parts: MeetingParts) => Promise<T> | T,
  ): Promise<T> {
    return this.#post(async () => {
      const outcome = await act(this.participantOf(connectionId), this.#parts);
      await this.#settle();
      return outcome;
    });
  }

  /**
   * Stores a change and tells everyone in the meeting. Those who wait may come in by it.
   * @param change computes the patch from what holds when its turn comes
   * @param options `connectionId` of a host in the meeting, whose right is asked for; without, it is
   *   somebody who needs none. `invited` replaces the invited emails.
   * @throws AppError ENDED, FORBIDDEN, INVALID_STATE
   */
  update(
    change: (current: Readonly<MeetingRecord>) => MeetingPatch,
    { invited, connectionId = null }: { invited?: string[]; connectionId?: string | null } = {},
  ): Promise<MeetingRecord> {
    return this.#post(async () => {
      if (this.#record.endedAt !== null) throw new AppError('ENDED');
      const { audit, media, moderation, roster, waitingRoom } = this.#parts;
      const actor = connectionId === null ? null : this.participantOf(connectionId);
      if (actor) moderation.assertMay(actor, 'change-settings');
      const before = this.#record;
      const patch = change(before);
      const { recordAutomatically: recorded } = before.settings;
      if (actor && patch.settings && patch.settings.recordAutomatically !== recorded) {
        moderation.assertMay(actor, 'record-automatically');
      }
      await this.#deps.meetings.update(this.#fence, patch);
      if (invited) {
        await this.#deps.meetings.setInvited(this.#fence, invited);
        this.#invited = new Set(invited);
      }
      this.#record = { ...before, ...patch };
      roster.publish('meeting-updated', { meeting: toMeetingView(this.#record) });
      if (before.waitingMessage !== this.#record.waitingMessage) waitingRoom.announceMessage();
      await media.enforceAll(before.settings);
      const changes = changesOf(before, this.#record);
      if (Object.keys(changes).length > 0) {
        await audit.record('settings-changed', actor ?? creatorOf(before), null, changes);
      }
      await this.#settle();
      return this.#record;
    });
  }

  /**
   * Ends the meeting for everyone, for good. Ending it again changes nothing.
   * @param connectionId see `update`
   * @param outsider who did it, where it was not the creator
   */
  end(connectionId: string | null = null, outsider: Person | null = null): Promise<MeetingRecord> {
    return this.#post(async () => {
      const { admissions, fanout, logger, meetings, now } = this.#deps;
      const { attendance, audit, hot, moderation, queue, roster } = this.#parts;
      const { id: meetingId } = this.#record;
      const actor = connectionId === null ? null : this.participantOf(connectionId);
      if (actor) moderation.assertMay(actor, 'end');
      if (this.#record.endedAt === null) {
        const endedAt = now();
        await meetings.update(this.#fence, { endedAt });
        this.#record = { ...this.#record, endedAt };
        logger.info({ meetingId }, 'meeting ended');
        await audit.record('ended', actor ?? outsider ?? creatorOf(this.#record), null);
      }
      fanout.toMeeting('meeting-ended', { meetingId });
      queue.dismissAll();
      await attendance.remove(roster.participants, 'meeting-ended', 'quietly');
      // Over is over, whatever is still stored of who might come back.
      await admissions.clear(this.#fence).catch((error: unknown) => {
        logger.error({ err: error, meetingId }, 'admissions were not cleared');
      });
      await hot.flush();
      this.#closeNow('over');
      return this.#record;
    });
  }

  /** The server stops: everyone's stay ends here, and they may come back to the next server. */
  async shutDown(): Promise<void> {
    if (this.closed) return;
    await this.#post(async () => {
      const { attendance, hot, roster } = this.#parts;
      await attendance.remove(roster.participants, 'connection-lost', 'quietly');
      await hot.flush();
      this.#closeNow('over');
    });
  }

  /** Another node is to go on with it: nobody in it notices. */
  async handOver(): Promise<void> {
    if (this.closed) return;
    await this.#post(async () => {
      await this.#parts.hot.flush();
      this.#closeNow('handed over');
    });
  }

  /** Another node owns it by now: nothing is done here any more. Idempotent. */
  stepDown(): void {
    this.#closeNow('lost');
  }

  /** The store of what the next owner needs has forgotten it. */
  keepAgain(): void {
    this.#parts.hot.touchAll();
  }

  get #fence(): Fence {
    return this.#parts.roster.fence;
  }

  /** In its turn; whoever finds that another node owns the meeting leaves it alone. */
  #post<T>(task: () => Promise<T> | T): Promise<T> {
    return this.#mailbox.post(async () => {
      try {
        return await task();
      } catch (error) {
        if (error instanceof StaleEpochError) this.stepDown();
        throw error;
      }
    });
  }

  #settleLater(delayMs: number): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => this.#postQuietly(), delayMs);
  }

  /** What follows from a change: somebody who waits may come in, somebody else may have to lead. */
  async #settle(): Promise<void> {
    clearTimeout(this.#settleTimer);
    const { attendance, leadership, queue } = this.#parts;
    const stored = () => attendance.storeDepartures();
    for (const step of [stored, () => queue.review(), () => leadership.supervise()]) {
      try {
        await step();
      } catch (error) {
        if (error instanceof StaleEpochError) throw error;
        // What led here is done; what does not follow now follows later.
        this.#deps.logger.error({ err: error, meetingId: this.#record.id }, 'settling failed');
        this.#settleLater(SETTLE_RETRY_MS);
      }
    }
    await this.#parts.hot.flush();
    this.#emptiness.watch();
  }

  /** Nobody waits for the outcome; a meeting that closes meanwhile needs none. What follows from it follows. */
  #postQuietly(task?: () => Promise<void>): void {
    this.#post(async () => {
      await task?.();
      if (!this.closed) await this.#settle();
    }).catch((error: unknown) => {
      if (!this.closed) this.#deps.logger.error({ err: error }, 'a task of a meeting failed');
    });
  }

  #closeNow(how: 'over' | 'handed over' | 'lost'): void {
    if (this.closed) return;
    this.#emptiness.close();
    clearTimeout(this.#settleTimer);
    this.#parts.roster.close();
    this.#parts.feed.close();
    this.#parts.leadership.close();
    this.#parts.waitingRoom.close();
    this.#mailbox.close();
    this.emit('closed', how);
  }
}
