import { expect } from 'vitest';
import { ANSWER, entryOf, logsOf, OFFER, ring, type Caller } from '../calls.ts';
import { eventually } from '../eventually.ts';
import { call, type Person } from '../people.ts';
import type { TestClient } from '../TestClient.ts';
import { answerOf, shown } from './attempts.ts';
import type { Answer, CALLS } from './tables.ts';

type Column = keyof typeof CALLS.columns;

/** Somebody who tries, with their connection, or the code that they are refused one with. */
export interface Attempter {
  person: Person;
  client: TestClient | Answer;
}

const MINUTE = { rttMs: 1, loss: 0, bitrate: 1, freezes: 0, seconds: 60 };

/** What is asked of a call that rings, and below of one that goes on; `deviceId` is that of an end of it. */
const RINGING: Partial<Record<Column, Asked>> = {
  accept: (client, callId) => client.request('call:accept', { callId }),
  reject: (client, callId) => client.request('call:reject', { callId }),
  cancel: (client, callId) => client.request('call:end', { callId }),
};
const LIVE: Partial<Record<Column, Asked>> = {
  offer: (client, callId) => client.request('call:offer', { callId, offer: OFFER }),
  answer: (client, callId) => client.request('call:answer', { callId, answer: ANSWER }),
  candidate: (client, callId) => client.request('ice:candidate', { callId, candidate: null }),
  connected: (client, callId) => client.request('call:connected', { callId, path: 'host' }),
  quality: (client, callId) => client.request('call:quality', { in: { callId }, minute: MINUTE }),
  resume: (client, callId, deviceId) => client.request('call:resume', { callId, deviceId }),
  upgrade: (client, callId) => client.request('call:upgrade', { callId }),
};
type Asked = (client: TestClient, callId: string, deviceId: string) => Promise<unknown>;

/** Calls from one to the other, on which somebody tries every cell of their row. */
export class CallsTried {
  readonly #server: { url: string };
  readonly #from: Caller;
  readonly #to: Caller;

  constructor(server: { url: string }, from: Caller, to: Caller) {
    this.#server = server;
    this.#from = from;
    this.#to = to;
  }

  async row(who: Attempter): Promise<Record<string, Answer>> {
    const answers: Record<string, Answer> = {};
    for (const { client } of [this.#from, this.#to]) client.received.length = 0;
    const heard = await this.#each(who, false, RINGING, answers);
    for (const callId of await this.#each(who, true, LIVE, answers)) heard.add(callId);
    // Of what was refused neither end has heard, whatever came of the rest.
    for (const { client } of [this.#from, this.#to]) {
      const told = client.received.filter(({ name }) => RELAYED.includes(name));
      for (const { payload } of told) {
        expect([...heard]).toContain((payload as { callId: string }).callId);
      }
    }
    return { ...answers, ...(await this.#history(who.person)) };
  }

  /** @returns calls in which something was relayed */
  async #each(
    { person, client }: Attempter,
    isLive: boolean,
    attempts: Partial<Record<Column, Asked>>,
    answers: Record<string, Answer>,
  ): Promise<Set<string>> {
    const relayed = new Set<string>();
    let callId: string | undefined;
    for (const [column, attempt] of Object.entries(attempts)) {
      if (typeof client === 'string') {
        answers[column] = client;
        continue;
      }
      callId ??= await this.#begin(isLive);
      const deviceId = deviceOf(person.userId === this.#to.userId ? this.#to : this.#from);
      const answer = await answerOf(attempt(client, callId, deviceId));
      answers[column] = answer;
      if (answer === 'NOT_FOUND') {
        const unknown = attempt(client, 'no-such-call', deviceId);
        expect(await answerOf(unknown), column).toBe(answer);
      }
      if (answer !== 'yes') continue;
      if (RELAYS.includes(column as Column)) {
        relayed.add(callId);
        await this.#assertRelayed(column as Relay, person, callId);
      }
      // Another one for the next: this one is not what it was.
      await this.#end(callId);
      callId = undefined;
    }
    if (callId !== undefined) await this.#end(callId);
    return relayed;
  }

  async #begin(isLive: boolean): Promise<string> {
    const callId = await ring(this.#from, this.#to, 'video', deviceOf(this.#from));
    if (!isLive) return callId;
    await this.#to.client.request('call:accept', { callId, deviceId: deviceOf(this.#to) });
    await this.#from.client.next('call:accepted', (one) => one.callId === callId);
    return callId;
  }

  async #end(callId: string): Promise<void> {
    await this.#from.client.request('call:end', { callId });
  }

  async #assertRelayed(column: Relay, { userId }: Person, callId: string): Promise<void> {
    const { client } = userId === this.#from.userId ? this.#to : this.#from;
    const name = NAMES[column];
    await eventually(() => {
      const told: { callId: string; from: string }[] = client.all(name);
      expect(told.filter((one) => one.callId === callId)).toMatchObject([{ from: userId }]);
    });
  }

  async #history(person: Person): Promise<Record<string, Answer>> {
    const callId = await this.#begin(true);
    await this.#end(callId);
    await entryOf(this.#server, this.#to, callId);
    const { token } = person;
    return {
      detail: await answerOf(call(this.#server, 'readCall', { token, params: { callId } })),
      log: await shown(logsOf(this.#server, person), ({ entries }) =>
        entries.some((entry) => entry.callId === callId),
      ),
      export: await shown(call(this.#server, 'exportCallLogs', { token }), ({ csv }) =>
        csv.includes(callId),
      ),
    };
  }
}

const NAMES = { offer: 'call:offer', answer: 'call:answer', candidate: 'ice:candidate' } as const;
type Relay = keyof typeof NAMES;
const RELAYS: readonly Column[] = Object.keys(NAMES) as Relay[];
const RELAYED: readonly string[] = Object.values(NAMES);

function deviceOf({ userId }: Person): string {
  return `${userId}-1`;
}
