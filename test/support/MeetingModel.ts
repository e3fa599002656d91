import type { ErrorCode } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/meetings.ts';

export interface ModelPerson {
  name: string;
  guest: boolean;
  status: 'out' | 'waiting' | 'in';
  connected: boolean;
  device: string;
  /** Let in before, and neither left nor put out since. */
  mayReturn: boolean;
  banned: boolean;
  cohost: boolean;
}

/**
 * What a meeting should do, told as simply as possible and without any of its code: one object for
 * each person, one for who leads, and rules that are looked at again after every step. Grace times
 * are endless for those who drop, and none for a host.
 */
export class MeetingModel {
  readonly people = new Map<string, ModelPerson>();
  readonly capacity: number;
  waitingRoom: boolean;
  locked = false;
  /** In the order of their arrival. */
  readonly queue: string[] = [];
  readonly present: string[] = [];
  readonly #creator: string;
  #host: string;
  /** What a host other than the creator becomes when the role goes on. */
  #hostReturnsToCohost = false;
  /** The creator gave the role away, and has been here since. */
  #handedOver = false;

  constructor(creator: string, capacity: number, waitingRoom: boolean) {
    this.#creator = creator;
    this.#host = creator;
    this.capacity = capacity;
    this.waitingRoom = waitingRoom;
  }

  add(name: string, guest: boolean): void {
    const base = { connected: false, device: '', mayReturn: false, banned: false, cohost: false };
    this.people.set(name, { name, guest, status: 'out', ...base });
  }

  person(name: string): ModelPerson {
    const person = this.people.get(name);
    if (!person) throw new Error(`nobody is called ${name}`);
    return person;
  }

  roleOf(name: string): Role {
    const { guest, cohost } = this.person(name);
    if (guest) return 'guest';
    if (name === this.#host) return 'host';
    return cohost || (name === this.#creator && this.#handedOver) ? 'cohost' : 'participant';
  }

  join(name: string, device: string, takeOver: boolean): 'joined' | 'waiting' | ErrorCode {
    const person = this.person(name);
    const elsewhere = person.status !== 'out' && person.connected && person.device !== device;
    if (elsewhere && !takeOver) return 'ALREADY_JOINED';
    const answer = person.status === 'in' ? 'joined' : this.#atDoor(name);
    if (answer !== 'joined' && answer !== 'waiting') return answer;
    Object.assign(person, { connected: true, device });
    if (answer === 'joined') this.#enter(name);
    else if (person.status === 'out') {
      person.status = 'waiting';
      this.queue.push(name);
    }
    this.#settle();
    return answer;
  }

  leave(name: string): void {
    this.#goOut(name);
    this.#settle();
  }

  drop(name: string): void {
    this.person(name).connected = false;
    this.#settle();
  }

  resume(name: string): void {
    this.person(name).connected = true;
    if (name === this.#creator) this.#giveBack();
    this.#settle();
  }

  admit(names: readonly string[]): void {
    const waiting = this.queue.filter((name) => names.includes(name));
    for (const name of waiting) {
      const person = this.person(name);
      if (!person.connected) {
        this.#unqueue(name);
        Object.assign(person, { status: 'out', mayReturn: true });
      } else if (this.present.length < this.capacity) this.#enter(name);
    }
    this.#settle();
  }

  deny(name: string, ban: boolean): void {
    this.#unqueue(name);
    Object.assign(this.person(name), { status: 'out', connected: false, banned: ban });
    this.#settle();
  }

  remove(name: string, ban: boolean): void {
    this.#goOut(name);
    Object.assign(this.person(name), { banned: ban, cohost: false });
    this.#settle();
  }

  assign(name: string, role: 'host' | 'cohost' | 'participant'): void {
    if (role !== 'host') this.person(name).cohost = role === 'cohost';
    else if (name !== this.#host) {
      if (this.#host === this.#creator) this.#handedOver = true;
      else this.person(this.#host).cohost = true;
      this.#host = name;
      this.#hostReturnsToCohost = true;
      if (name === this.#creator) this.#handedOver = false;
    }
    this.#settle();
  }

  set(change: { locked?: boolean; waitingRoom?: boolean }): void {
    Object.assign(this, change);
    this.#settle();
  }

  #atDoor(name: string): 'joined' | 'waiting' | ErrorCode {
    const { banned, mayReturn, status } = this.person(name);
    const hosting =
      name === this.#creator || this.roleOf(name) === 'host' || this.roleOf(name) === 'cohost';
    const full = this.present.length >= this.capacity;
    const free = hosting || mayReturn;
    if (banned) return 'BANNED';
    if (!free && this.locked) return status === 'waiting' ? 'waiting' : 'LOCKED';
    if (full) return status === 'waiting' ? 'waiting' : 'FULL';
    return free || !this.waitingRoom ? 'joined' : 'waiting';
  }

  #enter(name: string): void {
    const person = this.person(name);
    this.#unqueue(name);
    if (person.status !== 'in') this.present.push(name);
    Object.assign(person, { status: 'in', mayReturn: true });
    if (name === this.#creator) this.#giveBack();
  }

  #goOut(name: string): void {
    const person = this.person(name);
    this.#unqueue(name);
    const place = this.present.indexOf(name);
    if (place >= 0) this.present.splice(place, 1);
    Object.assign(person, { status: 'out', connected: false, mayReturn: false });
    if (name === this.#creator) this.#handedOver = false;
  }

  #unqueue(name: string): void {
    const place = this.queue.indexOf(name);
    if (place >= 0) this.queue.splice(place, 1);
  }

  /** The creator is here, and nobody was given the role by them since they came. */
  #giveBack(): void {
    if (this.#handedOver || this.#host === this.#creator) return;
    this.person(this.#host).cohost = this.#hostReturnsToCohost;
    this.#host = this.#creator;
  }

  #settle(): void {
    for (const name of [...this.queue]) {
      const free = this.present.length < this.capacity;
      if (this.person(name).connected && !this.locked && !this.waitingRoom && free) {
        this.#enter(name);
      }
    }
    const led = this.person(this.#host).status === 'in' && this.person(this.#host).connected;
    if (led) return;
    const able = this.present.filter((name) => {
      const { guest, connected } = this.person(name);
      return !guest && connected;
    });
    const cohost = able.find((name) => this.roleOf(name) === 'cohost');
    const successor = cohost ?? able[0];
    if (successor === undefined) return;
    if (this.#host !== this.#creator) this.person(this.#host).cohost = this.#hostReturnsToCohost;
    this.#hostReturnsToCohost = this.roleOf(successor) === 'cohost';
    this.#host = successor;
    if (successor === this.#creator) this.#handedOver = false;
  }
}
