import type { Choice } from '../stores.ts';
import { isLater, type CallState, type NodeEntry, type Said } from './aggregate.ts';

interface Device {
  idle: boolean;
  inMeeting: boolean;
}

interface LocalPerson {
  readonly devices: Map<string, Device>;
  choice: Choice;
  call: CallState;
}

/** People who are connected to this node, with each of their tabs and devices. */
export class LocalPresence {
  readonly #people = new Map<string, LocalPerson>();

  has(userId: string): boolean {
    return this.#people.has(userId);
  }

  get userIds(): string[] {
    return [...this.#people.keys()];
  }

  /** @param known what other nodes know of them already */
  connect(userId: string, connectionId: string, known: Pick<LocalPerson, 'choice' | 'call'>): void {
    const device = { idle: false, inMeeting: false };
    const person = this.#people.get(userId);
    if (person) person.devices.set(connectionId, device);
    else this.#people.set(userId, { ...known, devices: new Map([[connectionId, device]]) });
  }

  disconnect(userId: string, connectionId: string): void {
    const person = this.#people.get(userId);
    person?.devices.delete(connectionId);
    if (person?.devices.size === 0) this.#people.delete(userId);
  }

  setDevice(userId: string, connectionId: string, change: Partial<Device>): void {
    const device = this.#people.get(userId)?.devices.get(connectionId);
    if (device) Object.assign(device, change);
  }

  /** Takes over what was said later than what is known here. @returns whether anything was */
  adopt(userId: string, said: Said): boolean {
    const person = this.#people.get(userId);
    if (!person) return false;
    const { choice, call } = said;
    const choosesAnew = choice !== undefined && isLater(choice, person.choice);
    const callsAnew = call !== undefined && isLater(call, person.call);
    if (choosesAnew) person.choice = choice;
    if (callsAnew) person.call = call;
    return choosesAnew || callsAnew;
  }

  /** Null for whoever is not connected here. */
  entryOf(userId: string): NodeEntry | null {
    const person = this.#people.get(userId);
    if (!person) return null;
    const devices = [...person.devices.values()];
    return {
      idle: devices.every(({ idle }) => idle),
      inMeeting: devices.some(({ inMeeting }) => inMeeting),
      choice: person.choice,
      call: person.call,
    };
  }
}
