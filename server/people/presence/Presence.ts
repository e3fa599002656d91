import type { ChosenStatus, OwnStatus, PresenceStatus } from '../../../protocol/people.ts';
import type { FailureDetector } from '../../cluster/FailureDetector.ts';
import type { Mesh } from '../../cluster/Mesh.ts';
import type { NodeRegistry } from '../../cluster/NodeRegistry.ts';
import type { Deliveries } from '../../core/Deliveries.ts';
import type { Logger } from '../../core/logger.ts';
import type { Choice, PresenceStore } from '../stores.ts';
import { aggregate, latest, type CallState, type Said } from './aggregate.ts';
import { Batches } from './Batches.ts';
import { LocalPresence } from './LocalPresence.ts';
import { PresenceLinks } from './PresenceLinks.ts';
import { Shown } from './Shown.ts';
import { Watchers } from './Watchers.ts';

export interface PresenceDeps {
  mesh: Mesh;
  registry: Pick<NodeRegistry, 'self' | 'nodes' | 'find' | 'on' | 'off'>;
  failures: Pick<FailureDetector, 'on' | 'off'>;
  store: PresenceStore;
  deliveries: Pick<Deliveries, 'toUsersHere'>;
  /** Milliseconds for which somebody whose last connection is gone is shown as before. */
  graceMs: number;
  now: () => number;
  logger: Logger;
}

/** A connection of somebody with an account. */
export interface PresentClient {
  userId: string;
  connectionId: string;
}

const UNKNOWN: { choice: Choice; call: CallState } = {
  choice: { status: 'online', at: 0 },
  call: { on: false, at: 0 },
};

/**
 * Who is here. Every node knows the connections of its own clients, tells the others, and tells its own
 * clients of their contacts. The database keeps choices and last moments, and is on nobody's way: while
 * it is away people are as they were last heard to be.
 */
export class Presence {
  readonly #deps: PresenceDeps;
  readonly #local = new LocalPresence();
  readonly #watchers = new Watchers();
  readonly #shown: Shown;
  readonly #links: PresenceLinks;
  readonly #arriving = new Map<string, Promise<void>>();
  /** People who have come, until it is read what they have chosen. */
  readonly #arrivals: Batches<null>;
  /** People of this node whose contacts are to be read, anew or for the first time. */
  readonly #lists: Batches<null>;
  /** Last moments that are to be stored. */
  readonly #farewells: Batches<number>;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    const { logger, now, graceMs } = deps;
    this.#shown = new Shown({
      ...{ graceMs, now },
      onChanged: (userId, status, before) => this.#tellChanged(userId, status, before),
      onOffline: (userId, left) => this.#tellOffline(userId, left),
    });
    this.#links = new PresenceLinks({
      ...deps,
      entryOf: (userId) => this.#local.entryOf(userId),
      localIds: () => this.#local.userIds,
      onHeard: (userIds, node) => this.#hear(userIds, node),
      onSaid: (userId, said) => this.#adopt(userId, said),
      onParted: (oneId, otherId) => this.#part(oneId, otherId),
      onMissed: () => this.#readAgain(),
    });
    const warn = (what: string) => (error: unknown) => logger.warn({ err: error }, what);
    this.#arrivals = new Batches(
      (users) => this.#begin([...users.keys()]),
      warn('choices were not read'),
    );
    this.#lists = new Batches(
      (users) => this.#readLists([...users.keys()]),
      warn('contacts were not read'),
    );
    this.#farewells = new Batches(
      (moments) => deps.store.saw([...moments].map(([userId, at]) => ({ userId, at }))),
      warn('last moments were not stored'),
    );
  }

  /** Their contacts are told as soon as it is known what they have chosen. */
  connect({ userId, connectionId }: PresentClient): void {
    this.#local.connect(userId, connectionId, this.#knownOf(userId));
    if (this.#links.entriesOf(userId).length > 0) this.#publish(userId);
    const arriving = this.#arrive(userId).finally(() => {
      if (this.#arriving.get(userId) === arriving) this.#arriving.delete(userId);
    });
    this.#arriving.set(userId, arriving);
  }

  /** Settles when somebody who has come is shown to their contacts, and told of them. */
  async arrived(userId: string): Promise<void> {
    await this.#arriving.get(userId);
  }

  disconnect({ userId, connectionId }: PresentClient): void {
    this.#local.disconnect(userId, connectionId);
    if (!this.#local.has(userId)) this.#watchers.remove(userId);
    this.#publish(userId);
  }

  setInMeeting({ userId, connectionId }: PresentClient, inMeeting: boolean): void {
    this.#local.setDevice(userId, connectionId, { inMeeting });
    this.#publish(userId);
  }

  setIdle({ userId, connectionId }: PresentClient, idle: boolean): void {
    this.#local.setDevice(userId, connectionId, { idle });
    this.#publish(userId);
  }

  /** On whichever nodes they are: any node may say so. */
  setInCall(userId: string, on: boolean): void {
    const call = { on, at: this.#after(this.#knownOf(userId).call) };
    this.#links.tellSaid(userId, { call });
  }

  /** For all of their devices, until they choose otherwise. */
  async choose(userId: string, status: ChosenStatus): Promise<void> {
    const choice = { status, at: this.#after(this.#knownOf(userId).choice) };
    await this.#deps.store.choose(userId, choice);
    this.#links.tellSaid(userId, { choice });
  }

  /** What somebody and their contacts see of them. */
  ownStatus(userId: string): OwnStatus {
    const { choice } = this.#knownOf(userId);
    return this.#shown.of(userId) ?? { chosen: choice.status, status: 'offline' };
  }

  statusOf(userId: string): PresenceStatus {
    return this.#shown.of(userId)?.status ?? 'offline';
  }

  /** Whether a page of theirs is open anywhere, as far as has been heard; one opened here counts at once. */
  isReachable(userId: string): boolean {
    return this.#local.has(userId) || this.statusOf(userId) !== 'offline';
  }

  /** A last moment that may not be stored yet, in milliseconds since the Unix epoch. */
  lastSeenOf(userId: string): number | null {
    return this.#farewells.get(userId) ?? null;
  }

  /** They are contacts now, or are not any more: every node asks the database which. */
  contactsChanged(oneId: string, otherId: string): void {
    this.#links.tellParted(oneId, otherId);
  }

  /** Stores the last moments of whoever was here. Idempotent. */
  async close(): Promise<void> {
    this.#links.close();
    const { instanceId } = this.#deps.registry.self;
    const now = this.#deps.now();
    for (const userId of this.#local.userIds) void this.#farewells.add(userId, now);
    for (const { userId, at, holder } of this.#shown.close()) {
      if (holder === instanceId) void this.#farewells.add(userId, at);
    }
    await Promise.all([this.#arrivals.close(), this.#lists.close(), this.#farewells.close()]);
  }

  async #arrive(userId: string): Promise<void> {
    await Promise.all([this.#arrivals.add(userId, null), this.#lists.add(userId, null)]);
    // Whatever the database has answered, or has not.
    this.#publish(userId);
  }

  #knownOf(userId: string): { choice: Choice; call: CallState } {
    const entries = this.#links.entriesOf(userId);
    const own = this.#local.entryOf(userId);
    return {
      choice: latest([
        UNKNOWN.choice,
        ...[...entries, ...(own ? [own] : [])].map((one) => one.choice),
      ]),
      call: latest([UNKNOWN.call, ...[...entries, ...(own ? [own] : [])].map((one) => one.call)]),
    };
  }

  /** Later than what is known, whatever the clocks of nodes say. */
  #after({ at }: { at: number }): number {
    return Math.max(this.#deps.now(), at + 1);
  }

  #publish(userId: string): void {
    this.#links.publish(userId);
  }

  #adopt(userId: string, said: Said): void {
    if (this.#local.adopt(userId, said)) this.#publish(userId);
  }

  /** Something may be known of them that was not. @param node that told it, or is gone */
  #hear(userIds: readonly string[], node: string): void {
    for (const userId of userIds) {
      const entries = this.#links.entriesOf(userId);
      for (const { choice, call } of entries) this.#adopt(userId, { choice, call });
      this.#shown.set(userId, aggregate(entries), node);
    }
  }

  async #begin(userIds: readonly string[]): Promise<void> {
    const here = userIds.filter((userId) => this.#local.has(userId));
    for (const { userId, choice } of await this.#deps.store.begin(here, this.#deps.now())) {
      this.#adopt(userId, { choice });
    }
  }

  #part(oneId: string, otherId: string): void {
    this.#watchers.part(oneId, otherId);
    for (const userId of [oneId, otherId]) {
      if (this.#local.has(userId)) void this.#lists.add(userId, null);
    }
  }

  /** What nodes that are lost, or were out of reach, have stored they may not have told. */
  #readAgain(): void {
    for (const userId of this.#local.userIds) {
      void this.#arrivals.add(userId, null);
      void this.#lists.add(userId, null);
    }
  }

  async #readLists(userIds: readonly string[]): Promise<void> {
    const lists = new Map<string, string[]>(userIds.map((userId) => [userId, []]));
    for (const { userId, contactId } of await this.#deps.store.contactsOf(userIds)) {
      lists.get(userId)?.push(contactId);
    }
    for (const [userId, contactIds] of lists) {
      // Whoever waits again has other contacts since this was asked.
      if (!this.#local.has(userId) || this.#lists.has(userId)) continue;
      for (const added of this.#watchers.set(userId, contactIds)) {
        this.#tell([userId], added, this.statusOf(added), null);
      }
    }
  }

  #tellChanged(userId: string, status: OwnStatus, before: OwnStatus | null): void {
    // Whoever has just come asks for it.
    if (before && this.#local.has(userId)) {
      this.#deps.deliveries.toUsersHere([userId], 'own-status-updated', status);
    }
    if (status.status === before?.status) return;
    this.#tell(this.#watchers.of(userId), userId, status.status, null);
  }

  #tellOffline(userId: string, { at, holder }: { at: number; holder: string }): void {
    const { self } = this.#deps.registry;
    // Whoever had their last connection stores it; where that node is gone, all others do.
    if (holder === self.instanceId || !this.#deps.registry.find(holder)) {
      void this.#farewells.add(userId, at);
    }
    this.#tell(this.#watchers.of(userId), userId, 'offline', at);
  }

  #tell(
    watchers: readonly string[],
    userId: string,
    status: PresenceStatus,
    lastSeen: number | null,
  ): void {
    this.#deps.deliveries.toUsersHere(watchers, 'chat-user-status-update', {
      ...{ userId, status },
      lastSeen: lastSeen === null ? null : new Date(lastSeen).toISOString(),
    });
  }
}
