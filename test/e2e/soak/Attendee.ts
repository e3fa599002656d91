import { setTimeout as sleep } from 'node:timers/promises';
import { Following } from '../../../client/state/following.ts';
import { isSequenced, type RosterState } from '../../../client/state/roster.ts';
import type { ErrorCode } from '../../../protocol/errors.ts';
import type { NotificationName, NotificationPayload } from '../../../protocol/notifications.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../protocol/requests.ts';
import type { Person } from '../../support/people.ts';
import { Refused, TestClient } from '../../support/TestClient.ts';
import { Violation } from './Violation.ts';

type Notification = {
  [N in NotificationName]: { name: N; payload: NotificationPayload<N> };
}[NotificationName];

type WithoutMeeting<T> = T extends unknown ? Omit<T, 'meetingId'> : never;

const CONNECT_TIMEOUT_MS = 2_000;
const RETRY_MS = 200;
/** The server could not tell whether it has been done, or what the caller may try again at once. */
const PASSING = new Set<ErrorCode>(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED']);

/** Of whom answers are awaited. */
export type Whom = 'everybody' | 'whoever is connected';

/** A request was not sent: there is no connection. */
export class Offline extends Error {}

/** Whether the request of that failure has certainly changed nothing. */
export function isDefinite(error: unknown): boolean {
  return error instanceof Offline || (error instanceof Refused && !PASSING.has(error.code));
}

/**
 * A participant without media: follows the meeting with the client's own reducer, and comes back when
 * the connection is lost as the client does, wherever the address leads then.
 */
export class Attendee {
  readonly person: Person;
  readonly #url: string;
  readonly #meetingId: string;
  readonly #onViolation: (violation: Violation) => void;
  /** Connections that another one of the same device has replaced. */
  readonly #former: TestClient[] = [];
  #client: TestClient | null = null;
  #following: Following | null = null;
  #status: 'out' | 'waiting' | 'in' = 'out';
  #participantId = '';
  #why = 'never came';
  /** What it is at, and what went wrong with it last: said where it does not come back. */
  #doing = { what: 'nothing', since: 0, failure: '' };
  /** Whether a connection that is lost is to be made again. */
  #wanted = false;
  #moving: Promise<unknown> | null = null;

  constructor(
    url: string,
    meetingId: string,
    person: Person,
    onViolation: (violation: Violation) => void,
  ) {
    this.#url = url;
    this.#meetingId = meetingId;
    this.person = person;
    this.#onViolation = onViolation;
  }

  get #deviceId(): string {
    return `laptop-of-${this.person.userId}`;
  }

  get name(): string {
    return this.person.name;
  }

  get status(): 'out' | 'waiting' | 'in' {
    return this.#status;
  }

  /** Why it has given up last. */
  get why(): string {
    return this.#why;
  }

  get trouble(): string {
    const { what, since, failure } = this.#doing;
    return `${what} for ${Date.now() - since} ms; before: ${failure || 'no failure'}`;
  }

  get participantId(): string {
    return this.#participantId;
  }

  /** Whether a way in or back is asked for just now. */
  get isMoving(): boolean {
    return this.#moving !== null;
  }

  get isOnline(): boolean {
    return this.#moving === null && this.#client?.socket.connected === true;
  }

  /** The meeting as this one has put it together; null while something is missing. */
  get roster(): RosterState | null {
    if (!this.#following || this.#following.isHolding) return null;
    return this.#following.roster.value;
  }

  /** Every connection that was not closed here, the one in use first. */
  get connections(): readonly TestClient[] {
    return [...(this.#client ? [this.#client] : []), ...this.#former];
  }

  /** Joins, again until the server says whether it worked. @returns the status, or the code of a refusal */
  enter(): Promise<'joined' | 'waiting' | ErrorCode> {
    this.#wanted = true;
    return this.#move(() => this.#join());
  }

  /** Another connection of the same device takes the place. */
  async comeAgain(): Promise<void> {
    if (this.#client) this.#former.push(this.#client);
    this.#client = null;
    await this.enter();
  }

  /** What the server says of the connections that were replaced: nothing more, or they are closed. */
  closeFormer(): void {
    for (const client of this.#former.splice(0)) client.close();
  }

  /** @throws Offline, Refused, Error when no answer came */
  async request<N extends RequestName>(
    name: N,
    payload: WithoutMeeting<RequestInput<N>>,
  ): Promise<RequestOutput<N>> {
    if (!this.#client || !this.isOnline) throw new Offline('there is no connection');
    const input = { ...payload, meetingId: this.#meetingId } as unknown as RequestInput<N>;
    return this.#client.request(name, input);
  }

  /** Asks until somebody answers. @returns once one did who has the meeting, or once nobody of that kind asks */
  async prove(whom: Whom): Promise<void> {
    while (this.#wanted && this.#status === 'in') {
      if (whom === 'whoever is connected' && !this.isOnline) return;
      const { epoch = 0, seq = 0 } = this.#following?.roster.value ?? {};
      const client = this.#client;
      try {
        const participantId = this.#participantId;
        await this.request('resume-meeting', { participantId, epoch, seq });
        if (client === this.#client) return;
      } catch {
        await sleep(RETRY_MS / 4);
      }
    }
  }

  /** Is out, and does not come back. */
  giveUp(why = 'by intention'): void {
    this.#why = why;
    this.#wanted = false;
    this.#status = 'out';
    this.#following = null;
    this.#client?.close();
    this.#client = null;
    this.closeFormer();
  }

  /** One way in or back at a time. */
  async #move<T>(act: () => Promise<T>): Promise<T> {
    while (this.#moving) await this.#moving.catch(() => undefined);
    const moving = act();
    this.#moving = moving;
    try {
      return await moving;
    } finally {
      this.#moving = null;
      if (this.#wanted && this.#client?.socket.connected === false) void this.#comeBack();
    }
  }

  async #comeBack(): Promise<void> {
    if (this.#moving) return;
    await this.#move(async () => {
      if (this.#status === 'in') await this.#resume();
      else await this.#join();
    });
  }

  async #join(): Promise<'joined' | 'waiting' | ErrorCode> {
    for (;;) {
      try {
        const client = await this.#connect();
        this.#do('joins');
        const answer = await client.request('join-meeting', {
          ...{ meetingId: this.#meetingId, deviceId: this.#deviceId },
          displayName: this.name,
        });
        // The end of it came with the answer.
        if (!this.#wanted) return 'INVALID_STATE';
        this.#participantId = answer.participantId;
        // Whoever was let in meanwhile has heard so.
        if (this.#status === 'out') this.#status = answer.status === 'joined' ? 'in' : 'waiting';
        return answer.status;
      } catch (error) {
        this.#failed(error);
        if (!this.#wanted) return 'INVALID_STATE';
        if (error instanceof Refused && isDefinite(error)) {
          this.giveUp(`refused a place: ${error.message}`);
          return error.code;
        }
      }
      await sleep(RETRY_MS);
    }
  }

  async #resume(): Promise<void> {
    this.#following?.hold();
    while (this.#wanted && this.#status === 'in') {
      try {
        const client = await this.#connect();
        await this.#askForMissing(client);
        return;
      } catch (error) {
        this.#failed(error);
        if (error instanceof Refused && isDefinite(error)) {
          // Whether this may be is seen from what was acknowledged.
          this.giveUp(`refused the place back: ${error.message}`);
          return;
        }
      }
      await sleep(RETRY_MS);
    }
  }

  /** The connection in use, or a new one. */
  async #connect(): Promise<TestClient> {
    if (this.#client?.socket.connected) return this.#client;
    this.#do('connects');
    this.#client?.close();
    const { token } = this.person;
    const connecting = TestClient.connect(this.#url, token, undefined, CONNECT_TIMEOUT_MS);
    const late = sleep(CONNECT_TIMEOUT_MS * 1.5, null, { ref: false });
    // A node that goes down refuses everybody: the next try finds another.
    const client = await Promise.race([connecting.catch(() => null), late]);
    if (!client || !this.#wanted) {
      void connecting.then(
        (one) => one.close(),
        () => undefined,
      );
      throw new Offline('the server did not answer');
    }
    this.#client = client;
    this.#listen(client);
    return client;
  }

  #listen(client: TestClient): void {
    let highest = 0;
    client.socket.onAny((name: NotificationName, payload: unknown) => {
      // Kept by nobody: a soak is long.
      client.received.length = 0;
      const notification = { name, payload } as Notification;
      if ('epoch' in notification.payload) {
        const { epoch } = notification.payload;
        if (epoch < highest) {
          const what = `${this.name} was told ${name} of epoch ${epoch} after one of ${highest}`;
          this.#onViolation(new Violation(8, what));
        }
        highest = Math.max(highest, epoch);
      }
      if (client === this.#client) this.#handle(notification);
    });
    client.socket.on('disconnect', () => {
      if (client === this.#client && this.#wanted) void this.#comeBack();
    });
  }

  #handle(notification: Notification): void {
    if (isSequenced(notification)) {
      this.#following?.handle(notification);
      return;
    }
    const { name, payload } = notification;
    if (name === 'meeting-joined') {
      this.#status = 'in';
      this.#participantId = payload.participantId;
      this.#following = new Following(payload, {
        onApplied: () => undefined,
        onMissing: () => void this.#catchUp(),
      });
    } else if (name === 'waiting-room-entered') {
      this.#status = 'waiting';
      this.#participantId = payload.participantId;
    } else if (name === 'meeting-position') this.#following?.handlePosition(payload);
    else if (name === 'meeting-left' && this.#isForgotten(payload.reason)) void this.#askAgain();
    else if (['join-denied', 'meeting-left', 'meeting-ended'].includes(name)) {
      this.giveUp(`told ${name} ${JSON.stringify(payload)}`);
    }
  }

  #do(what: string): void {
    this.#doing = { ...this.#doing, what, since: Date.now() };
  }

  #failed(error: unknown): void {
    const { what, since } = this.#doing;
    const why = error instanceof Error ? error.message : String(error);
    this.#doing.failure = `${what} failed after ${Date.now() - since} ms: ${why}`;
  }

  /** The place is on another connection, or none, for whoever owns the meeting by now. */
  #isForgotten(reason: string): boolean {
    return this.#status !== 'out' && reason === 'connection-lost';
  }

  /**
   * As pages do by themselves. Whoever was in is so again, and only whom a host was letting in as the owner
   * was lost may have lost a place in the queue.
   */
  async #askAgain(): Promise<void> {
    const before = this.#status;
    const answer = await this.#move(() => this.#join());
    if (answer !== 'waiting') return;
    const what = before === 'in' ? 'was in, and has to wait' : 'waited, and had to ask again';
    this.#onViolation(new Violation(4, `${this.name} ${what}`));
  }

  /** Something was missed on a connection that lives; a lost one is made up for by whoever resumes. */
  async #catchUp(): Promise<void> {
    const client = this.#client;
    while (client?.socket.connected && client === this.#client && !this.#moving) {
      try {
        await this.#askForMissing(client);
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  async #askForMissing(client: TestClient): Promise<void> {
    const following = this.#following;
    if (!following) return;
    const { epoch, seq } = following.roster.value;
    this.#do('resumes');
    const answer = await client.request('resume-meeting', {
      ...{ meetingId: this.#meetingId, participantId: this.#participantId },
      ...{ deviceId: this.#deviceId, epoch, seq },
    });
    if (answer.status === 'resynced') following.adopt(answer.snapshot);
    following.catchUp(answer.status === 'resumed' ? answer.missed : []);
  }
}
