import type { MeetingSnapshot } from '../../../protocol/notifications.ts';
import type { WaitingView } from '../../../protocol/meetings.ts';
import { isDefinite } from './Attendee.ts';
import { Violation } from './Violation.ts';

/** What of somebody was acknowledged. */
export interface Facts {
  place: 'out' | 'waiting' | 'in';
  role: 'host' | 'cohost' | 'participant' | 'guest';
  handRaised: boolean;
  audio: boolean;
}
/** How many of the last ones are said when something does not hold. */
const MAX_ATTEMPTS = 100;

type Name = keyof Facts;
/** Everything that may be true: more than one thing where nobody knows whether a request was carried out. */
type Possible = { [N in Name]: Set<Facts[N]> };

/** What the server has acknowledged of the people of one meeting, and must therefore not forget. */
export class Ledger {
  readonly #people = new Map<string, { name: string; possible: Possible }>();
  /** What was asked for lately, and what came of it. */
  readonly #attempts: string[] = [];
  /** Who is out, and nobody has acknowledged it. */
  readonly #lost = new Set<string>();

  get attempts(): readonly string[] {
    return this.#attempts;
  }

  /** Somebody whose facts are known. */
  enter(userId: string, name: string, facts: Facts): void {
    const { place, role, handRaised, audio } = facts;
    this.#people.set(userId, {
      name,
      possible: {
        place: new Set([place]),
        role: new Set([role]),
        handRaised: new Set([handRaised]),
        audio: new Set([audio]),
      },
    });
  }

  /** Whether that is certain. */
  is<N extends Name>(userId: string, fact: N, value: Facts[N]): boolean {
    const values = this.#of(userId, fact);
    return values.size === 1 && values.has(value);
  }

  /** Has a request make something true; what it is if that fails depends on how it failed. */
  async attempt<N extends Name>(
    userId: string,
    fact: N,
    value: Facts[N],
    request: () => Promise<unknown>,
  ): Promise<boolean> {
    const before = [...this.#of(userId, fact)];
    this.#set(userId, fact, [...before, value]);
    const since = Date.now();
    const note = (outcome: string): void => {
      const { name } = this.#people.get(userId) ?? {};
      const what = { from: since, to: Date.now(), name, fact, before, value, outcome };
      this.#attempts.push(JSON.stringify(what));
      if (this.#attempts.length > MAX_ATTEMPTS) this.#attempts.shift();
    };
    try {
      await request();
      note('acknowledged');
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
      if (isDefinite(error)) this.#set(userId, fact, before);
      // Whoever goes takes the hand down.
      else if (value === 'out') this.mayBe(userId, 'handRaised', false);
      return false;
    }
    this.set(userId, fact, value);
    return true;
  }

  /** It may be, beside what it may be already. */
  mayBe<N extends Name>(userId: string, fact: N, value: Facts[N]): void {
    this.#set(userId, fact, [...this.#of(userId, fact), value]);
  }

  /** Whether they may still have the right to come back without asking. */
  mayReturn(userId: string): boolean {
    return this.#lost.has(userId);
  }

  /** It is certain. */
  set<N extends Name>(userId: string, fact: N, value: Facts[N]): void {
    this.#set(userId, fact, [value]);
    if (fact === 'place') this.#lost.delete(userId);
    if (value === 'out') this.#set(userId, 'handRaised', [false]);
  }

  /**
   * Compares with what the server says while nothing is under way; what was open is settled by it.
   * @throws Violation
   */
  check({ participants }: MeetingSnapshot, waiting: readonly WaitingView[]): void {
    for (const [userId, { name, possible }] of this.#people) {
      const all = participants.filter((one) => one.userId === userId);
      if (all.length > 1) throw new Violation(2, `${name} is in ${all.length} times`);
      const [inside] = all;
      const waits = waiting.some((one) => one.userId === userId);
      if (inside && waits) throw new Violation(2, `${name} is in and waits`);
      const place = inside ? 'in' : waits ? 'waiting' : 'out';
      if (place === 'out' && possible.place.size > 1 && possible.place.has('in')) {
        this.#lost.add(userId);
      }
      settle(possible.place, place, `${name}'s place`);
      if (!inside) {
        possible.handRaised = new Set([false]);
        continue;
      }
      settle(possible.role, inside.role, `${name}'s role`);
      settle(possible.handRaised, inside.handRaised, `whether ${name}'s hand is up`);
      settle(possible.audio, inside.media.audio, `whether ${name}'s microphone is on`);
    }
  }

  #of<N extends Name>(userId: string, fact: N): Possible[N] {
    const person = this.#people.get(userId);
    if (!person) throw new Error(`nobody has the id ${userId}`);
    return person.possible[fact];
  }

  #set<N extends Name>(userId: string, fact: N, values: readonly Facts[N][]): void {
    const known: Set<unknown> = this.#of(userId, fact);
    known.clear();
    for (const value of values) known.add(value);
  }
}

function settle<T>(possible: Set<T>, actual: T, what: string): void {
  if (!possible.has(actual)) {
    throw new Violation(
      4,
      `${what}: acknowledged ${[...possible].join(' or ')}, is ${String(actual)}`,
    );
  }
  possible.clear();
  possible.add(actual);
}
