import type {
  NotificationName,
  NotificationPayload,
  SequencedName,
  SequencedNotification,
  SequencedPayload,
} from '../../protocol/notifications.ts';
import { isHosting } from '../../protocol/rights.ts';
import type { EventLog } from './EventLog.ts';
import type { Fanout } from './Fanout.ts';
import type { Participant } from './Participant.ts';
import type { Fence } from './stores.ts';

/** A sequenced notification without what the roster adds. */
type Unstamped<N extends SequencedName> = Omit<SequencedPayload<N>, 'meetingId' | 'epoch' | 'seq'>;

/** Who is in one meeting, and the numbered stream of what changes there. */
export class Roster {
  readonly meetingId: string;
  readonly #log: EventLog;
  readonly #fanout: Fanout;
  readonly #onTouched: (participantId: string) => void;
  readonly #participants = new Map<string, Participant>();
  readonly #byConnection = new Map<string, Participant>();
  readonly #byUser = new Map<string, Set<Participant>>();

  /** @param onTouched told of everybody who is new, different, or gone */
  constructor(
    meetingId: string,
    log: EventLog,
    fanout: Fanout,
    onTouched: (participantId: string) => void,
  ) {
    this.meetingId = meetingId;
    this.#log = log;
    this.#fanout = fanout;
    this.#onTouched = onTouched;
  }

  get size(): number {
    return this.#participants.size;
  }

  get participants(): readonly Participant[] {
    return [...this.#participants.values()];
  }

  /** With which this meeting writes. */
  get fence(): Fence {
    return { meetingId: this.meetingId, epoch: this.#log.epoch };
  }

  get log(): Pick<EventLog, 'epoch' | 'seq' | 'since'> {
    return this.#log;
  }

  get(participantId: string): Participant | undefined {
    return this.#participants.get(participantId);
  }

  ofConnection(connectionId: string): Participant | undefined {
    return this.#byConnection.get(connectionId);
  }

  /** All that somebody is in with: on one device, and on those that only accompany it. */
  ofUser(userId: string): readonly Participant[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  /** Host and co-hosts. */
  get hosts(): readonly Participant[] {
    return this.participants.filter(({ role }) => isHosting(role));
  }

  /** Whether anybody leads here, without a look at everybody. */
  get isLed(): boolean {
    for (const { role } of this.#participants.values()) if (isHosting(role)) return true;
    return false;
  }

  add(participant: Participant): void {
    this.#participants.set(participant.id, participant);
    const ofUser = this.#byUser.get(participant.userId) ?? new Set();
    this.#byUser.set(participant.userId, ofUser.add(participant));
    const { connectionId } = participant;
    if (connectionId !== null) this.#attach(participant, connectionId);
    this.touch(participant);
  }

  remove(participant: Participant): void {
    this.#participants.delete(participant.id);
    const ofUser = this.#byUser.get(participant.userId);
    ofUser?.delete(participant);
    if (ofUser?.size === 0) this.#byUser.delete(participant.userId);
    this.#detach(participant);
    participant.dropMedia();
    this.touch(participant);
  }

  /** Awaits nobody any more. */
  close(): void {
    for (const { connection } of this.#participants.values()) {
      if (connection.state === 'reconnecting') clearTimeout(connection.graceTimer);
    }
  }

  /** Something of somebody is different that is not told to everyone. */
  touch({ id }: Participant): void {
    this.#onTouched(id);
  }

  /** Notifications of the participant go to this connection from now on. */
  connect(participant: Participant, connectionId: string): void {
    this.#detach(participant);
    participant.connection = { state: 'connected', connectionId };
    this.#attach(participant, connectionId);
  }

  /** The connection is lost; `graceTimer` is cleared by whatever happens next to the participant. */
  disconnect(participant: Participant, graceTimer: NodeJS.Timeout): void {
    const { connectionId } = participant;
    if (connectionId === null) this.#detach(participant);
    else {
      this.#byConnection.delete(connectionId);
      this.#fanout.forget(connectionId);
    }
    participant.connection = { state: 'reconnecting', graceTimer };
  }

  /** Numbers a fact, keeps it for those who come back, and sends it to everyone. */
  publish<N extends SequencedName>(name: N, payload: Unstamped<N>): void {
    const stamped = { meetingId: this.meetingId, ...payload, ...this.#log.next() };
    // The compiler cannot see that a stamped payload of N is N's payload.
    const notification = { name, payload: stamped } as unknown as SequencedNotification;
    this.#log.append(notification);
    if ('participantId' in notification.payload)
      this.#onTouched(notification.payload.participantId);
    this.#fanout.toMeeting(name, stamped as unknown as NotificationPayload<N>);
  }

  /** Sends a passing fact to one participant, if they can be reached. */
  tell<N extends NotificationName>(
    participant: Participant | undefined,
    name: N,
    payload: NotificationPayload<N>,
  ): void {
    const connectionId = participant?.connectionId;
    if (connectionId) this.#fanout.toConnection(connectionId, name, payload);
  }

  /** Sends a passing fact to everybody who hosts and can be reached. */
  tellHosts<N extends NotificationName>(name: N, payload: NotificationPayload<N>): void {
    for (const host of this.hosts) this.tell(host, name, payload);
  }

  #attach(participant: Participant, connectionId: string): void {
    this.#byConnection.set(connectionId, participant);
    this.#fanout.enter(connectionId);
  }

  #detach(participant: Participant): void {
    if (participant.connection.state === 'reconnecting') {
      clearTimeout(participant.connection.graceTimer);
      return;
    }
    const { connectionId } = participant.connection;
    this.#byConnection.delete(connectionId);
    this.#fanout.leave(connectionId);
  }
}
