import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';
import type { Fanout } from './Fanout.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import { toWaitingView, type Waiting } from './Waiting.ts';

type Outcome = NotificationPayload<'participant-waiting-ended'>['outcome'];

export interface WaitingRoomDeps {
  fanout: Fanout;
  /** What everybody who waits reads. */
  message: () => string | null;
}

/**
 * The queue of one meeting: who waits, and telling them and the hosts of every change. Those who wait
 * are in no room of the meeting: nothing that is sent to it reaches them.
 */
export class WaitingRoom {
  readonly #roster: Roster;
  readonly #deps: WaitingRoomDeps;
  /** In the order in which they asked. */
  readonly #queue = new Map<string, Waiting>();
  readonly #byConnection = new Map<string, Waiting>();
  readonly #byUser = new Map<string, Waiting>();

  constructor(roster: Roster, deps: WaitingRoomDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  get size(): number {
    return this.#queue.size;
  }

  get queue(): readonly Waiting[] {
    return [...this.#queue.values()];
  }

  get(id: string): Waiting | undefined {
    return this.#queue.get(id);
  }

  ofConnection(connectionId: string): Waiting | undefined {
    return this.#byConnection.get(connectionId);
  }

  ofUser(userId: string): Waiting | undefined {
    return this.#byUser.get(userId);
  }

  /** Somebody joins the end of the queue. */
  add(waiting: Waiting): void {
    this.#queue.set(waiting.id, waiting);
    this.#byUser.set(waiting.visitor.userId, waiting);
    if (waiting.connection.state === 'connected') {
      this.#byConnection.set(waiting.connection.connectionId, waiting);
    }
    this.#tellHosts(waiting);
    this.#tellEntered(waiting);
  }

  /** Somebody who waits is there, or on another connection: they keep their place. */
  connect(waiting: Waiting, connectionId: string): void {
    this.#detach(waiting);
    waiting.connection = { state: 'connected', connectionId };
    this.#byConnection.set(connectionId, waiting);
    this.#tellHosts(waiting);
    this.#tellEntered(waiting);
  }

  /** Their connection is lost; `graceTimer` is cleared by whatever happens next to them. */
  disconnect(waiting: Waiting, graceTimer: NodeJS.Timeout): void {
    this.#detach(waiting);
    waiting.connection = { state: 'reconnecting', graceTimer };
    this.#tellHosts(waiting);
  }

  /** They wait no more: hosts hear how it ended, those behind them that they have moved up. */
  remove(all: readonly Waiting[], outcome: Outcome): void {
    const { meetingId } = this.#roster;
    if (all.length === 0) return;
    const gone = new Set(all);
    const before = this.queue.findIndex((waiting) => gone.has(waiting));
    for (const waiting of all) {
      this.#queue.delete(waiting.id);
      this.#byUser.delete(waiting.visitor.userId);
      this.#detach(waiting);
      this.#roster.tellHosts('participant-waiting-ended', {
        meetingId,
        participantId: waiting.id,
        outcome,
      });
    }
    this.#tellFrom(before);
  }

  /** Their devices or their name are different now. */
  changed(waiting: Waiting): void {
    this.#tellHosts(waiting);
  }

  /** The message to those who wait is another: they read it, and all hosts see it. */
  announceMessage(): void {
    this.#tellFrom(0);
    for (const host of this.#roster.hosts) this.showTo(host);
  }

  /** Whoever waits behind the first `ahead` hears where they stand. */
  #tellFrom(ahead: number): void {
    let position = 0;
    for (const waiting of this.#queue.values()) {
      position += 1;
      if (position <= ahead) continue;
      this.tell(waiting, 'waiting-room-updated', {
        meetingId: this.#roster.meetingId,
        position,
        message: this.#deps.message(),
      });
    }
  }

  tell<N extends NotificationName>(
    { connection }: Waiting,
    name: N,
    payload: NotificationPayload<N>,
  ): void {
    if (connection.state === 'connected') {
      this.#deps.fanout.toConnection(connection.connectionId, name, payload);
    }
  }

  /** The whole queue, for somebody who hosts from now on, or hosts again. */
  showTo(host: Participant): void {
    this.#roster.tell(host, 'waiting-room', {
      meetingId: this.#roster.meetingId,
      waiting: this.queue.map(toWaitingView),
      message: this.#deps.message(),
    });
  }

  /** Forgets everybody without a word. */
  close(): void {
    for (const waiting of this.queue) this.#detach(waiting);
    this.#queue.clear();
    this.#byUser.clear();
  }

  #tellEntered(waiting: Waiting): void {
    this.tell(waiting, 'waiting-room-entered', {
      meetingId: this.#roster.meetingId,
      participantId: waiting.id,
      position: [...this.#queue.keys()].indexOf(waiting.id) + 1,
      since: new Date(waiting.since).toISOString(),
      message: this.#deps.message(),
    });
  }

  #tellHosts(waiting: Waiting): void {
    this.#roster.tellHosts('participant-waiting', {
      meetingId: this.#roster.meetingId,
      participant: toWaitingView(waiting),
    });
  }

  #detach({ connection }: Waiting): void {
    if (connection.state === 'reconnecting') clearTimeout(connection.graceTimer);
    else this.#byConnection.delete(connection.connectionId);
  }
}
