import { setTimeout as sleep } from 'node:timers/promises';
import type { MeetingSnapshot } from '../../../protocol/notifications.ts';
import type { WaitingView } from '../../../protocol/meetings.ts';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, enterAsGuest, signUp, type Person } from '../../support/people.ts';
import type { Random } from '../../support/Random.ts';
import { Attendee, type Whom } from './Attendee.ts';
import { Ledger } from './Ledger.ts';
import { Violation } from './Violation.ts';

export interface TrafficOptions {
  /** Where everybody finds a signaling node. */
  url: string;
  title: string;
  random: Random;
  onViolation: (violation: Violation) => void;
}

/** Somebody who sends sound and pictures. */
export interface Speaker {
  userId: string;
  participantId: string;
  /** Turns the microphone on again. */
  unmute: () => Promise<void>;
}

const ACCOUNTS = ['Alan', 'Barbara'];
const GUESTS = ['Ken', 'Margaret', 'Edsger'];
const PAUSE_MS = 120;
const ENTER_TIMEOUT_MS = 30_000;

/** One meeting in which people come, wait, are let in, get roles, raise hands and leave, one after another. */
export class MeetingTraffic {
  readonly meetingId: string;
  readonly code: string;
  readonly #options: TrafficOptions;
  readonly #host: Attendee;
  readonly #others: readonly Attendee[];
  readonly #ledger = new Ledger();
  readonly #accounts: ReadonlySet<string>;
  /** Whose microphone the host may turn off. */
  readonly #speakers: Speaker[] = [];
  /** Users whose page could not turn the microphone on yet, and may still do so. */
  readonly #unmuting = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #stopping = true;
  #acknowledged = 0;
  #notes = 0;

  static async start(options: TrafficOptions): Promise<MeetingTraffic> {
    const { url, title, onViolation } = options;
    const server = { url };
    const host = await signUp(server, 'Ada Lovelace');
    const { id, code } = await createMeeting(server, host, { title, waitingRoom: false });
    const accounts = await Promise.all(ACCOUNTS.map((name) => signUp(server, name)));
    const guests = await Promise.all(GUESTS.map((name) => enterAsGuest(server, id, name)));
    const attend = (person: Person): Attendee => new Attendee(url, id, person, onViolation);
    const traffic = new MeetingTraffic(options, { id, code }, attend(host), {
      accounts: accounts.map(attend),
      guests: guests.map(attend),
    });
    const answer = await traffic.#host.enter();
    if (answer !== 'joined') throw new Error(`the host of ${title} is refused: ${answer}`);
    return traffic;
  }

  private constructor(
    options: TrafficOptions,
    { id, code }: { id: string; code: string },
    host: Attendee,
    { accounts, guests }: { accounts: Attendee[]; guests: Attendee[] },
  ) {
    this.meetingId = id;
    this.code = code;
    this.#options = options;
    this.#host = host;
    this.#others = [...accounts, ...guests];
    this.#accounts = new Set(accounts.map(({ person }) => person.userId));
    const absent = { place: 'out', handRaised: false, audio: false } as const;
    const { userId, name } = host.person;
    this.#ledger.enter(userId, name, { ...absent, place: 'in', role: 'host' });
    for (const { person } of this.#others) {
      const role = this.#accounts.has(person.userId) ? 'participant' : 'guest';
      this.#ledger.enter(person.userId, person.name, { ...absent, role });
    }
  }

  /** Requests that were answered since the start. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What was asked for lately, and what came of it. */
  get attempts(): readonly string[] {
    return this.#ledger.attempts;
  }

  get attendees(): readonly Attendee[] {
    return [this.#host, ...this.#others];
  }

  /** Somebody is in who sends sound and pictures. */
  async welcome(participantId: string, unmute: () => Promise<void>): Promise<void> {
    const snapshot = await this.look();
    const one = snapshot.participants.find(({ id }) => id === participantId);
    if (!one) throw new Error(`${participantId} is not in`);
    const { userId, name, role } = one;
    this.#speakers.push({ userId, participantId, unmute });
    this.#ledger.enter(userId, name, { place: 'in', role, handRaised: false, audio: true });
  }

  /** Somebody's microphone may be on or off from now on. */
  isUnsure(participantId: string): void {
    const { userId } = this.#speakers.find((one) => one.participantId === participantId) ?? {};
    if (userId === undefined) return;
    this.#ledger.mayBe(userId, 'audio', true);
    this.#ledger.mayBe(userId, 'audio', false);
  }

  /** Hands that went up or down lately may be as they were. */
  handsMayBeForgotten(): void {
    for (const { person } of this.attendees) {
      this.#ledger.mayBe(person.userId, 'handRaised', true);
      this.#ledger.mayBe(person.userId, 'handRaised', false);
    }
  }

  /** From now on newcomers wait. */
  async closeDoor(): Promise<void> {
    await this.#host.request('update-meeting', { waitingRoom: true });
  }

  resume(): void {
    this.#stopping = false;
    this.#running = this.#run();
  }

  /** No request is under way when it settles. */
  async pause(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  close(): void {
    this.#stopping = true;
    for (const attendee of this.attendees) attendee.giveUp();
  }

  /** The whole meeting as it is told to somebody who asks for it now. */
  async look(): Promise<MeetingSnapshot> {
    const { participantId } = this.#host;
    const answer = await this.#host.request('resume-meeting', { participantId, epoch: 0, seq: 0 });
    if (answer.status !== 'resynced') throw new Error('not everything was told');
    return answer.snapshot;
  }

  /** Settles once everybody is answered again, at whatever node. */
  async untilAnswered(whom: Whom): Promise<void> {
    await Promise.all(this.attendees.map((attendee) => attendee.prove(whom)));
  }

  /** Whatever was acknowledged is so, and everybody has been told. @throws Violation, Error while nobody can tell */
  async check(): Promise<void> {
    const { name: host, status, why } = this.#host;
    if (status !== 'in') throw new Violation(4, `${host} has lost the place: ${why}`);
    for (const attendee of this.attendees) {
      if (attendee.status !== 'out' && !attendee.isOnline) {
        throw new Violation(5, `${attendee.name} has not come back: ${attendee.trouble}`);
      }
    }
    // Asked for first: it is told by way of a change of the meeting.
    const queue = await this.#queue();
    const snapshot = await this.look();
    // Whatever was true when it was looked last: it may have been done since.
    for (const userId of this.#unmuting) this.#ledger.mayBe(userId, 'audio', true);
    this.#ledger.check(snapshot, queue);
    for (const { name, connection } of snapshot.participants) {
      if (connection !== 'connected') throw new Violation(2, `${name} is thought to be away`);
    }
    for (const attendee of this.attendees) this.#checkView(attendee, snapshot);
    await this.#checkConnections();
  }

  /** What one has put together is what is. */
  #checkView(attendee: Attendee, { participants, epoch, seq }: MeetingSnapshot): void {
    const { name, roster, status } = attendee;
    const { userId } = attendee.person;
    if (!this.#ledger.is(userId, 'place', status)) {
      throw new Violation(4, `${name} believes to be ${status}: ${attendee.why}`);
    }
    if (status !== 'in') return;
    if (!roster) throw new Violation(5, `${name} misses something`);
    if (roster.epoch !== epoch || roster.seq !== seq) {
      const at = `${roster.epoch}/${roster.seq}`;
      throw new Violation(5, `${name} stands at ${at}, the meeting at ${epoch}/${seq}`);
    }
    const [seen, told] = [[...roster.participants.values()], participants].map((all) =>
      JSON.stringify(all),
    );
    if (seen !== told) throw new Violation(5, `${name} sees ${seen ?? ''}\nand not ${told ?? ''}`);
  }

  /** What everybody is told arrives at one connection of each, and at none that was replaced. */
  async #checkConnections(): Promise<void> {
    const heard = new Map<Attendee, number>();
    const listening = this.attendees.flatMap((attendee) =>
      attendee.connections.map(({ socket }) => {
        const count = (): void => void heard.set(attendee, (heard.get(attendee) ?? 0) + 1);
        socket.on('reaction-sent', count);
        return () => socket.off('reaction-sent', count);
      }),
    );
    try {
      await this.#host.request('send-reaction', { reaction: '🎉' });
      await eventually(() => {
        for (const attendee of this.attendees) {
          const [count, due] = [heard.get(attendee) ?? 0, attendee.status === 'in' ? 1 : 0];
          if (count === due) continue;
          throw new Violation(2, `${attendee.name} hears everything ${count} times`);
        }
      }, 2_000);
    } finally {
      for (const stop of listening) stop();
    }
    for (const attendee of this.attendees) attendee.closeFormer();
  }

  /** Who waits, as the server tells a host. */
  async #queue(): Promise<readonly WaitingView[]> {
    const [client] = this.#host.connections;
    if (!client) throw new Error('the host is away');
    const message = `note ${++this.#notes}`;
    const told = new Promise<readonly WaitingView[]>((resolve) => {
      const hear = (payload: { message: string | null; waiting: WaitingView[] }): void => {
        if (payload.message !== message) return;
        client.socket.off('waiting-room', hear);
        resolve(payload.waiting);
      };
      client.socket.on('waiting-room', hear);
    });
    await this.#host.request('message-waiting-room', { message });
    const late = sleep(2_000, null, { ref: false });
    const queue = await Promise.race([told, late]);
    if (!queue) throw new Violation(4, 'the queue is not told to its host');
    return queue;
  }

  async #run(): Promise<void> {
    const acts = [
      () => this.#someoneComes(),
      () => this.#someoneComes(),
      () => this.#admitOne(),
      () => this.#admitOne(),
      () => this.#denyOne(),
      () => this.#someoneLeaves(),
      () => this.#removeOne(),
      () => this.#changeRole(),
      () => this.#changeRole(),
      () => this.#moveHand(),
      () => this.#moveHand(),
      () => this.#someoneComesAgain(),
      () => this.#muteOrUnmute(),
    ];
    while (!this.#stopping) {
      const act = this.#options.random.pick(acts);
      if (await act?.()) this.#acknowledged += 1;
      await sleep(PAUSE_MS);
    }
  }

  #isOrdinary(userId: string): boolean {
    return this.#ledger.is(userId, 'role', 'participant') || !this.#accounts.has(userId);
  }

  #pick(place: 'out' | 'waiting' | 'in', accounts = false): Attendee | undefined {
    const { random } = this.#options;
    return random.pick(
      this.#others.filter(
        ({ person: { userId } }) =>
          this.#ledger.is(userId, 'place', place) && (!accounts || this.#accounts.has(userId)),
      ),
    );
  }

  async #someoneComes(): Promise<boolean> {
    const one = this.#pick('out');
    if (!one) return false;
    const { userId } = one.person;
    // Co-hosts need not wait.
    const place = this.#ledger.is(userId, 'role', 'cohost') ? 'in' : 'waiting';
    if (place === 'waiting' && !this.#isOrdinary(userId)) return false;
    const mayReturn = this.#ledger.mayReturn(userId);
    if (mayReturn) this.#ledger.mayBe(userId, 'place', 'in');
    const entry = { isReturn: false };
    const came = await this.#ledger.attempt(userId, 'place', place, async () => {
      const late = sleep(ENTER_TIMEOUT_MS, null, { ref: false });
      const answer = await Promise.race([one.enter(), late]);
      entry.isReturn = mayReturn && answer === 'joined';
      if (entry.isReturn || answer === (place === 'in' ? 'joined' : 'waiting')) return;
      const what = `${one.name} comes, and is not ${place} but ${answer ?? 'not answered'}`;
      this.#options.onViolation(new Violation(4, what));
    });
    if (entry.isReturn) this.#ledger.set(userId, 'place', 'in');
    return came;
  }

  async #admitOne(): Promise<boolean> {
    const one = this.#pick('waiting');
    if (!one) return false;
    const { participantId } = one;
    return this.#ledger.attempt(one.person.userId, 'place', 'in', () =>
      this.#host.request('admit-participant', { participantId }),
    );
  }

  async #denyOne(): Promise<boolean> {
    const one = this.#pick('waiting');
    if (!one) return false;
    return this.#putOut(one, 'deny-participant');
  }

  async #removeOne(): Promise<boolean> {
    const one = this.#pick('in');
    if (!one) return false;
    return this.#putOut(one, 'remove-participant');
  }

  async #putOut(one: Attendee, how: 'deny-participant' | 'remove-participant'): Promise<boolean> {
    const { participantId, person } = one;
    const done = await this.#ledger.attempt(person.userId, 'place', 'out', () =>
      this.#host.request(how, { participantId }),
    );
    // Whoever was just coming back may have asked anew by that.
    if (done && how === 'deny-participant' && one.isMoving) {
      this.#ledger.mayBe(person.userId, 'place', 'waiting');
    } else if (done) one.giveUp();
    // Whoever is removed is no co-host any more.
    if (how === 'remove-participant' && this.#accounts.has(person.userId)) {
      if (done) this.#ledger.set(person.userId, 'role', 'participant');
      else this.#ledger.mayBe(person.userId, 'role', 'participant');
    }
    return done;
  }

  async #someoneLeaves(): Promise<boolean> {
    const one = this.#pick('in');
    if (!one) return false;
    const done = await this.#ledger.attempt(one.person.userId, 'place', 'out', () =>
      one.request('leave-meeting', {}),
    );
    if (done) one.giveUp();
    return done;
  }

  async #changeRole(): Promise<boolean> {
    const one = this.#pick('in', true);
    if (!one) return false;
    const { participantId } = one;
    const { userId } = one.person;
    const role = this.#ledger.is(userId, 'role', 'participant') ? 'cohost' : 'participant';
    return this.#ledger.attempt(userId, 'role', role, () =>
      this.#host.request('assign-role', { participantId, role }),
    );
  }

  async #moveHand(): Promise<boolean> {
    const one = this.#pick('in');
    if (!one) return false;
    const { userId } = one.person;
    const raised = this.#ledger.is(userId, 'handRaised', false);
    return this.#ledger.attempt(userId, 'handRaised', raised, () =>
      one.request('raise-hand', { raised }),
    );
  }

  async #someoneComesAgain(): Promise<boolean> {
    const one = this.#pick('in');
    if (!one?.isOnline) return false;
    await one.comeAgain();
    return true;
  }

  async #muteOrUnmute(): Promise<boolean> {
    const one = this.#options.random.pick(this.#speakers);
    if (!one) return false;
    const { userId, participantId, unmute } = one;
    if (this.#ledger.is(userId, 'audio', false)) {
      const isOn = await this.#ledger.attempt(userId, 'audio', true, unmute);
      if (isOn) this.#unmuting.delete(userId);
      else this.#unmuting.add(userId);
      return isOn;
    }
    const isMuted = await this.#ledger.attempt(userId, 'audio', false, () =>
      this.#host.request('mute-participant', { participantId }),
    );
    // Who was muted still is not told so: the page goes on with what it was asked for before.
    if (this.#unmuting.has(userId)) this.#ledger.mayBe(userId, 'audio', true);
    return isMuted;
  }
}
