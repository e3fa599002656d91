import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyNotification, rosterOf, type RosterState } from '../../../client/state/roster.ts';
import type { SequencedNotification } from '../../../protocol/notifications.ts';
import { sequencedNotifications } from '../../../protocol/notifications.ts';
import { eventually } from '../../support/eventually.ts';
import { extent } from '../../support/extent.ts';
import { MeetingModel } from '../../support/MeetingModel.ts';
import {
  createMeeting,
  enterAsGuest,
  join,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';
import { Random } from '../../support/Random.ts';
import { Refused, TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const SEQUENCES = extent(40, 20);
const STEPS = 25;
/** Set it to see one sequence again. */
const SEED = Number(process.env['PARLEY_MODEL_SEED'] ?? Date.now() % 1_000_000);

const CREATOR = 'ada';
const ACCOUNTS = [CREATOR, 'alan', 'edsger', 'barbara'];
const GUESTS = ['grace', 'ken'];
const OBSERVER = 'observer';

let server: TestServer;
const accounts = new Map<string, Person>();

beforeAll(async () => {
  server = await startTestServer({
    PARLEY_MEETINGS_RECONNECT_GRACE_MS: '600000',
    PARLEY_MEETINGS_RELOAD_GRACE_MS: '600000',
    PARLEY_MEETINGS_WAITING_GRACE_MS: '600000',
    PARLEY_MEETINGS_HOST_GRACE_MS: '0',
    PARLEY_LIMITS_WAITING_ROOM_PER_PERSON_POINTS: '1000000',
    PARLEY_LIMITS_CREATE_MEETING_PER_ACCOUNT_POINTS: '1000000',
    PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '1000000',
    PARLEY_LIMITS_GUEST_PER_ADDRESS_POINTS: '1000000',
  });
  for (const name of ACCOUNTS) accounts.set(name, await signUp(server, name));
});
afterAll(() => server.close());

function known(people: ReadonlyMap<string, Person>, name: string): Person {
  const person = people.get(name);
  if (!person) throw new Error(`nobody is called ${name}`);
  return person;
}

/** One meeting, its model, and everybody's connections. */
class Run {
  readonly model: MeetingModel;
  readonly #random: Random;
  readonly #people: Map<string, Person>;
  readonly #meetingId: string;
  readonly #observer: Joined;
  readonly #clients = new Map<string, Joined>();
  readonly #devices = new Map<string, string>();
  readonly log: string[] = [];
  #notes = 0;

  static async start(random: Random): Promise<Run> {
    const capacity = 3 + Math.floor(random.next() * 3);
    const waitingRoom = random.next() < 0.7;
    const creator = known(accounts, CREATOR);
    // The observer comes first, while the door is open.
    const meeting = await createMeeting(server, creator, { capacity });
    const people = new Map(accounts);
    for (const name of [...GUESTS, OBSERVER]) {
      people.set(name, await enterAsGuest(server, meeting.id, name));
    }
    const observer = await join(server, known(people, OBSERVER), meeting.id);
    const model = new MeetingModel(CREATOR, capacity, false);
    for (const name of people.keys()) model.add(name, !accounts.has(name));
    model.join(OBSERVER, 'observer', false);
    const run = new Run(random, model, people, meeting.id, observer);
    await run.#join(CREATOR, 'laptop', false);
    await run.#change({ waitingRoom });
    return run;
  }

  private constructor(
    random: Random,
    model: MeetingModel,
    people: Map<string, Person>,
    meetingId: string,
    observer: Joined,
  ) {
    this.#random = random;
    this.model = model;
    this.#people = people;
    this.#meetingId = meetingId;
    this.#observer = observer;
  }

  async step(): Promise<void> {
    const actions = [
      () => this.#someoneJoins(),
      () => this.#someoneJoins(),
      () => this.#someoneJoins(),
      () => this.#someoneDrops(),
      () => this.#someoneResumes(),
      () => this.#someoneLeaves(),
      () => this.#admitSome(),
      () => this.#denyOne(),
      () => this.#assignOne(),
      () => this.#removeOne(),
      () => this.#changeRules(),
    ];
    await this.#random.pick(actions)?.();
    await this.check();
  }

  close(): void {
    for (const client of [this.#observer, ...this.#clients.values()]) client.close();
  }

  /** Compares everything that can be seen with the model. */
  async check(): Promise<void> {
    await eventually(() => {
      const { participants } = server.meetings.live(this.#meetingId);
      expect(
        participants.map(({ name, role, connection }) => [name, role, connection.state]),
      ).toEqual(
        this.model.present.map((name) => [
          name,
          this.model.roleOf(name),
          this.model.person(name).connected ? 'connected' : 'reconnecting',
        ]),
      );
    });
    const { participants } = server.meetings.live(this.#meetingId);
    const devices = participants.map(({ userId, deviceId }) => `${userId} ${deviceId ?? ''}`);
    expect(new Set(devices).size).toBe(devices.length);
    expect(participants.length).toBeLessThanOrEqual(this.model.capacity);
    const inside = new Set(participants.map(({ name }) => name));
    expect(this.model.queue.filter((name) => inside.has(name))).toEqual([]);
    const led = participants.some(({ role }) => role === 'host');
    const leadable = participants.some(
      ({ role, connection }) => role !== 'guest' && connection.state === 'connected',
    );
    if (leadable) expect(led).toBe(true);
    expect(participants.filter(({ role }) => role === 'host').length).toBeLessThanOrEqual(1);
    await this.#checkQueue();
  }

  /** What was told, put together without a gap, is what is. */
  async checkHistory(): Promise<void> {
    await eventually(() => {
      const [first, ...rest] = this.#observer.received;
      const [snapshot] = this.#observer.all('meeting-joined');
      if (!snapshot) throw new Error('nobody observes');
      let state: RosterState = rosterOf(snapshot);
      expect(first?.name).toBe('meeting-joined');
      for (const one of rest) {
        if (!Object.hasOwn(sequencedNotifications, one.name)) continue;
        const after = applyNotification(state, one as SequencedNotification);
        if (!after) throw new Error(`a gap before ${one.name} ${JSON.stringify(one.payload)}`);
        state = after;
      }
      const { participants } = server.meetings.live(this.#meetingId);
      expect([...state.participants.values()]).toEqual(participants.map((one) => one.toView()));
    });
  }

  /** The queue as the server shows it to somebody who hosts. */
  async #checkQueue(): Promise<void> {
    const host = this.#host();
    if (!host) return;
    // Another message is announced to all hosts together with the queue.
    this.#notes += 1;
    await host.request('message-waiting-room', {
      ...{ meetingId: this.#meetingId, message: `note ${this.#notes}` },
    });
    const shown = host
      .all('waiting-room')
      .at(-1)
      ?.waiting.map(({ name }) => name);
    expect(shown).toEqual(this.model.queue);
  }

  /** A connection of somebody who hosts. */
  #host(): Joined | undefined {
    const name = this.model.present.find((one) => {
      const role = this.model.roleOf(one);
      return this.model.person(one).connected && (role === 'host' || role === 'cohost');
    });
    return name === undefined ? undefined : this.#clients.get(name);
  }

  async #join(name: string, device: string, takeOver: boolean): Promise<void> {
    const expected = this.model.join(name, device, takeOver);
    this.log.push(`${name} joins on ${device}${takeOver ? ', taking over' : ''}: ${expected}`);
    const person = known(this.#people, name);
    let answer: string;
    try {
      const client = await join(server, person, this.#meetingId, {
        ...{ deviceId: `${name}-${device}`, takeOver, displayName: name },
      });
      answer = client.status;
      this.#clients.get(name)?.close();
      this.#clients.set(name, client);
      this.#devices.set(name, device);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer = error.code;
    }
    expect(answer).toBe(expected);
  }

  async #someoneJoins(): Promise<void> {
    const name = this.#random.pick([...ACCOUNTS, ...GUESTS]) ?? CREATOR;
    const device = this.#random.next() < 0.8 ? 'laptop' : 'phone';
    await this.#join(name, device, this.#random.next() < 0.3);
  }

  async #someoneDrops(): Promise<void> {
    const name = this.#pickPerson(({ status, connected }) => status !== 'out' && connected);
    if (name === undefined) return;
    this.log.push(`${name} drops`);
    this.model.drop(name);
    this.#clients.get(name)?.cut();
    // Seen by the server before anything else happens.
    const { participantId = '' } = this.#clients.get(name) ?? {};
    await eventually(() => {
      const waits = this.model.person(name).status === 'waiting';
      const meeting = server.meetings.live(this.#meetingId);
      const seen = meeting.participants.find(({ id }) => id === participantId);
      expect(waits || seen?.connection.state === 'reconnecting').toBe(true);
      expect(meeting.has(this.#clients.get(name)?.id ?? '')).toBe(false);
    });
    if (this.model.person(name).status === 'waiting') await this.#untilAway(participantId);
  }

  /** A host has seen that somebody who waits is away. */
  async #untilAway(participantId: string): Promise<void> {
    const host = this.#host();
    if (!host) return;
    await eventually(async () => {
      await host.request('message-waiting-room', { meetingId: this.#meetingId, message: 'look' });
      await host.request('message-waiting-room', { meetingId: this.#meetingId, message: null });
      const shown = host.all('waiting-room').at(-1)?.waiting ?? [];
      expect(shown.find(({ id }) => id === participantId)?.connection).toBe('reconnecting');
    });
  }

  async #someoneResumes(): Promise<void> {
    const name = this.#pickPerson(({ status, connected }) => status === 'in' && !connected);
    const before = name === undefined ? undefined : this.#clients.get(name);
    if (name === undefined || !before) return;
    this.log.push(`${name} resumes`);
    this.model.resume(name);
    const { token } = known(this.#people, name);
    const client = await TestClient.connect(server.url, token);
    const { epoch, seq } = this.#observer.all('meeting-joined')[0] ?? { epoch: 0, seq: 0 };
    await client.request('resume-meeting', {
      ...{ meetingId: this.#meetingId, participantId: before.participantId, epoch, seq },
    });
    const { participantId } = before;
    this.#clients.set(name, Object.assign(client, { participantId, status: 'joined' as const }));
  }

  async #someoneLeaves(): Promise<void> {
    const name = this.#pickPerson(({ status, connected }) => status !== 'out' && connected);
    if (name === undefined) return;
    this.log.push(`${name} leaves`);
    this.model.leave(name);
    await this.#clients.get(name)?.request('leave-meeting', { meetingId: this.#meetingId });
  }

  async #admitSome(): Promise<void> {
    const host = this.#host();
    const all = this.#random.next() < 0.3;
    const names = all
      ? [...this.model.queue]
      : [this.#random.pick(this.model.queue)].flatMap((one) => one ?? []);
    if (!host || names.length === 0) return;
    this.log.push(`a host admits ${names.join(', ')}`);
    const ids = names.map((name) => this.#clients.get(name)?.participantId ?? '');
    this.model.admit(names);
    await host.request('admit-participant', {
      ...{ meetingId: this.#meetingId },
      ...(all ? { all: true as const } : { participantIds: ids }),
    });
  }

  async #denyOne(): Promise<void> {
    const host = this.#host();
    const name = this.#random.pick(this.model.queue);
    if (!host || name === undefined) return;
    const ban = this.#random.next() < 0.2;
    this.log.push(`a host denies ${name}${ban ? ' for good' : ''}`);
    const participantId = this.#clients.get(name)?.participantId ?? '';
    this.model.deny(name, ban);
    await host.request('deny-participant', { meetingId: this.#meetingId, participantId, ban });
  }

  async #assignOne(): Promise<void> {
    const name = this.#pickPerson(({ guest, status }) => !guest && status === 'in');
    const leader = this.model.present.find((one) => this.model.roleOf(one) === 'host');
    const host = leader === undefined ? undefined : this.#clients.get(leader);
    if (name === undefined || leader === undefined || !host || name === leader) return;
    if (!this.model.person(leader).connected) return;
    const role = this.#random.pick(['host', 'cohost', 'participant'] as const) ?? 'cohost';
    // Who made the meeting stays a co-host.
    if (name === CREATOR && role !== 'host') return;
    this.log.push(`${leader} makes ${name} ${role}`);
    const participantId = this.#clients.get(name)?.participantId ?? '';
    this.model.assign(name, role);
    await host.request('assign-role', { meetingId: this.#meetingId, participantId, role });
  }

  async #removeOne(): Promise<void> {
    const leader = this.model.present.find((one) => this.model.roleOf(one) === 'host');
    const host = leader === undefined ? undefined : this.#clients.get(leader);
    const name = this.#pickPerson(({ status }) => status === 'in');
    if (!leader || !host || !this.model.person(leader).connected) return;
    if (name === undefined || [leader, CREATOR, OBSERVER].includes(name)) return;
    const ban = this.#random.next() < 0.2;
    this.log.push(`${leader} removes ${name}${ban ? ' for good' : ''}`);
    const participantId = this.#clients.get(name)?.participantId ?? '';
    this.model.remove(name, ban);
    await host.request('remove-participant', { meetingId: this.#meetingId, participantId, ban });
  }

  async #changeRules(): Promise<void> {
    if (this.#random.next() < 0.5) await this.#change({ locked: !this.model.locked });
    else await this.#change({ waitingRoom: !this.model.waitingRoom });
  }

  async #change(change: { locked?: boolean; waitingRoom?: boolean }): Promise<void> {
    const host = this.#host();
    if (!host) return;
    this.log.push(`a host sets ${JSON.stringify(change)}`);
    this.model.set(change);
    await host.request('update-meeting', { meetingId: this.#meetingId, ...change });
  }

  #pickPerson(fits: (person: ReturnType<MeetingModel['person']>) => boolean): string | undefined {
    const fitting = [...this.model.people.values()].filter(
      (person) => person.name !== OBSERVER && fits(person),
    );
    return this.#random.pick(fitting)?.name;
  }
}

test(
  `${SEQUENCES} random sequences keep to the model, from seed ${SEED}`,
  { timeout: 240_000 },
  async () => {
    for (let sequence = 0; sequence < SEQUENCES; sequence++) {
      const run = await Run.start(new Random(SEED + sequence));
      try {
        for (let step = 0; step < STEPS; step++) await run.step();
        await run.checkHistory();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(
          `PARLEY_MODEL_SEED=${SEED + sequence}:\n${run.log.join('\n')}\n\n${message}`,
          { cause: error },
        );
      } finally {
        run.close();
      }
    }
  },
);
