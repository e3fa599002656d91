import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PresenceStatus } from '../../../../protocol/people.ts';
import { MemoryCluster } from '../../../../server/cluster/MemoryCluster.ts';
import { MemoryNodeRegistry } from '../../../../server/cluster/MemoryNodeRegistry.ts';
import { isLater } from '../../../../server/people/presence/aggregate.ts';
import { Presence } from '../../../../server/people/presence/Presence.ts';
import type { Choice, PresenceStore } from '../../../../server/people/stores.ts';
import { eventually } from '../../../support/eventually.ts';
import { IDLE } from '../../../support/idle.ts';
import { MeshHub } from '../../../support/MeshHub.ts';
import { Random } from '../../../support/Random.ts';

const PEOPLE = ['ada', 'alan', 'grace', 'eve'] as const;
/** Everybody knows everybody but Eve, who knows nobody. */
const contactsOf = (userId: string): string[] =>
  userId === 'eve' ? [] : PEOPLE.filter((one) => one !== userId && one !== 'eve');
const RUNS = 40;
const STEPS = 60;
const GRACE_MS = 20;
const logger = pino({ level: 'silent' });

class MemoryStore implements PresenceStore {
  readonly choices = new Map<string, Choice>();
  readonly seen = new Map<string, number>();

  begin(userIds: readonly string[]) {
    const choices = userIds.flatMap((userId) => {
      const choice = this.choices.get(userId);
      return choice ? [{ userId, choice }] : [];
    });
    return Promise.resolve(choices);
  }

  contactsOf(userIds: readonly string[]) {
    const pairs = userIds.flatMap((userId) =>
      contactsOf(userId).map((contactId) => ({ userId, contactId })),
    );
    return Promise.resolve(pairs);
  }

  choose(userId: string, choice: Choice) {
    const before = this.choices.get(userId);
    if (!before || isLater(choice, before)) this.choices.set(userId, choice);
    return Promise.resolve();
  }

  saw(moments: readonly { userId: string; at: number }[]) {
    for (const { userId, at } of moments) {
      this.seen.set(userId, Math.max(at, this.seen.get(userId) ?? 0));
    }
    return Promise.resolve();
  }
}

interface Device {
  userId: string;
  connectionId: string;
  node: TestNode;
  idle: boolean;
  inMeeting: boolean;
}

/** A node, and what each of its people was told of each of theirs. */
class TestNode {
  readonly id: string;
  readonly presence: Presence;
  readonly failures = new EventEmitter<{ dead: [string] }>();
  readonly told = new Map<string, Map<string, PresenceStatus>>();
  readonly #registry: MemoryNodeRegistry;

  constructor(id: string, cluster: MemoryCluster, hub: MeshHub, store: PresenceStore) {
    this.id = id;
    const self = {
      ...{ instanceId: id, name: id, roles: ['signaling'] as const, version: '1.0.0' },
      ...{ region: null, meshUrl: null, startedAt: 0 },
    };
    this.#registry = new MemoryNodeRegistry({ cluster, self, report: () => IDLE });
    this.presence = new Presence({
      ...{ store, logger, graceMs: GRACE_MS, now: Date.now },
      mesh: hub.add(id),
      registry: this.#registry,
      failures: this.failures as never,
      deliveries: {
        toUsersHere: (userIds, name, payload) => {
          if (name !== 'chat-user-status-update') return;
          const update = payload as { userId: string; status: PresenceStatus };
          for (const userId of userIds) this.#hear(userId, update);
        },
      },
    });
  }

  #hear(userId: string, { userId: ofId, status }: { userId: string; status: PresenceStatus }) {
    const heard = this.told.get(userId) ?? new Map<string, PresenceStatus>();
    this.told.set(userId, heard.set(ofId, status));
  }

  async die(): Promise<void> {
    await this.#registry.close();
  }
}

/** Three nodes, people who come and go at random, links that break, and what all of it must come to. */
class World {
  readonly store = new MemoryStore();
  readonly nodes: TestNode[] = [];
  readonly devices: Device[] = [];
  readonly calls = new Map<string, boolean>();
  readonly #cluster = new MemoryCluster();
  readonly #hub = new MeshHub();
  #count = 0;

  constructor() {
    for (let index = 0; index < 3; index++) this.addNode();
  }

  addNode(): void {
    this.nodes.push(new TestNode(`node-${this.#count++}`, this.#cluster, this.#hub, this.store));
  }

  async connect(node: TestNode, userId: string): Promise<void> {
    const connectionId = `${node.id}/${this.#count++}`;
    this.devices.push({ userId, connectionId, node, idle: false, inMeeting: false });
    node.presence.connect({ userId, connectionId });
    await node.presence.arrived(userId);
    // As a client, which asks for the statuses of its contacts.
    const heard = new Map(contactsOf(userId).map((id) => [id, node.presence.statusOf(id)]));
    node.told.set(userId, heard);
  }

  disconnect(device: Device): void {
    this.devices.splice(this.devices.indexOf(device), 1);
    device.node.presence.disconnect(device);
  }

  async kill(node: TestNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    this.#hub.kill(node.id);
    for (const device of this.devices.filter((one) => one.node === node)) {
      this.devices.splice(this.devices.indexOf(device), 1);
    }
    await node.die();
    for (const other of this.nodes) other.failures.emit('dead', node.id);
    this.addNode();
  }

  cut(one: TestNode, other: TestNode): void {
    this.#hub.cut(one.id, other.id);
  }

  heal(): void {
    for (const one of this.nodes) {
      for (const other of this.nodes) if (one !== other) this.#hub.heal(one.id, other.id);
    }
  }

  expected(userId: string): PresenceStatus {
    const devices = this.devices.filter((one) => one.userId === userId);
    if (devices.length === 0) return 'offline';
    const chosen = this.store.choices.get(userId)?.status ?? 'online';
    if (chosen !== 'online') return chosen;
    if (devices.some(({ inMeeting }) => inMeeting)) return 'busy';
    return devices.every(({ idle }) => idle) ? 'away' : 'online';
  }

  /** @throws what is not as it should be */
  check(): void {
    for (const node of this.nodes) {
      const shown = PEOPLE.map((userId) => [userId, node.presence.statusOf(userId)]);
      expect(shown).toEqual(PEOPLE.map((userId) => [userId, this.expected(userId)]));
    }
    for (const { node, userId } of this.devices) {
      const told = [...(node.told.get(userId) ?? [])].sort();
      const right = contactsOf(userId).map((id) => [id, this.expected(id)]);
      expect(told).toEqual(right.sort());
    }
  }

  async step(random: Random): Promise<void> {
    const node = random.pick(this.nodes);
    const other = random.pick(this.nodes);
    const userId = random.pick(PEOPLE);
    const device = random.pick(this.devices);
    if (!node || !other || !userId) throw new Error('there are nodes and people');
    const chance = random.next();
    if (chance < 0.3) return this.connect(node, userId);
    if (chance < 0.5 && device) {
      this.disconnect(device);
    } else if (chance < 0.62 && device) {
      device.idle = !device.idle;
      device.node.presence.setIdle(device, device.idle);
    } else if (chance < 0.72 && device) {
      device.inMeeting = !device.inMeeting;
      device.node.presence.setInMeeting(device, device.inMeeting);
    } else if (chance < 0.82 && device) {
      const status = random.pick(['online', 'away', 'busy'] as const) ?? 'online';
      await device.node.presence.choose(device.userId, status);
    } else if (chance < 0.86) {
      await this.kill(node);
    } else if (chance < 0.93 && node !== other) {
      this.cut(node, other);
    } else {
      this.heal();
    }
  }

  async close(): Promise<void> {
    for (const { presence, failures } of this.nodes) {
      failures.removeAllListeners();
      await presence.close();
    }
  }
}

describe('presence on three nodes, with deaths and broken links', () => {
  it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
    'ends as it should with seed %i',
    { timeout: 30_000 },
    async (seed) => {
      const random = new Random(seed);
      const world = new World();
      for (let step = 0; step < STEPS; step++) {
        await world.step(random);
        if (random.next() < 0.2) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      world.heal();
      await eventually(() => world.check(), 10_000);
      await world.close();
      for (const { userId } of world.devices) expect(world.store.seen.has(userId)).toBe(true);
    },
  );

  it('tells of a call on every node that has somebody, and of its end', async () => {
    const world = new World();
    const [first, second, third] = world.nodes;
    if (!first || !second || !third) throw new Error('there are three nodes');
    await world.connect(first, 'ada');
    await world.connect(second, 'ada');
    third.presence.setInCall('ada', true);
    const statuses = () => world.nodes.map(({ presence }) => presence.statusOf('ada'));
    await eventually(() => expect(statuses()).toEqual(['busy', 'busy', 'busy']));
    second.presence.setInCall('ada', false);
    await eventually(() => expect(statuses()).toEqual(['online', 'online', 'online']));
    await world.close();
  });
});
