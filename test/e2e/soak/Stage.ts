import knex from 'knex';
import type { NodeMark, NodeView, PlacementView } from '../../../protocol/admin.ts';
import { Balancer } from '../../../provision/cluster/Balancer.ts';
import { startPostgres, type Postgres } from '../../../provision/throwaway/postgres.ts';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call } from '../../support/people.ts';
import { Random } from '../../support/Random.ts';
import { launchBrowser, SMOOTH } from '../support/Visitor.ts';
import { EpochWatch } from './EpochWatch.ts';
import { MeetingTraffic } from './MeetingTraffic.ts';
import { Onlooker } from './Onlooker.ts';
import { Violation } from './Violation.ts';

const TOKEN = 'an-operator-token-of-32-characters-or-more';
const NO_LIMIT = '1000000';
const MINUTES_MS = String(2 * 60_000);
const START_TIMEOUT_MS = 30_000;

/** Nobody is put out, or cut off by a drain, because this machine is slow, or because they come so often. */
const ENV = {
  PARLEY_ADMIN_TOKEN: TOKEN,
  PARLEY_NODE_DRAIN_TIMEOUT_MS: MINUTES_MS,
  PARLEY_MEETINGS_RECONNECT_GRACE_MS: MINUTES_MS,
  PARLEY_MEETINGS_RELOAD_GRACE_MS: MINUTES_MS,
  PARLEY_MEETINGS_WAITING_GRACE_MS: MINUTES_MS,
  PARLEY_MEETINGS_HOST_GRACE_MS: MINUTES_MS,
  PARLEY_LIMITS_WAITING_ROOM_PER_PERSON_POINTS: NO_LIMIT,
  PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: NO_LIMIT,
};

type Release = () => unknown;

/** A cluster of processes with people in two meetings, two of them in browsers. */
export class Stage {
  readonly cluster: ClusterOfProcesses;
  readonly traffic: readonly [MeetingTraffic, MeetingTraffic];
  readonly onlookers: readonly [Onlooker, Onlooker];
  readonly epochs: EpochWatch;
  readonly #postgres: Postgres;
  readonly #releases: Release[];
  readonly #violations: Violation[];
  /** Nodes that are not to be asked now. */
  readonly #away = new Set<NodeProcess>();
  readonly #pids = new Map<NodeProcess, number>();

  /** Ends whatever of it was begun when it cannot be had whole. */
  static async start(seed: number): Promise<Stage> {
    const begun: Release[] = [];
    try {
      return await Stage.#begin(seed, begun);
    } catch (error) {
      for (const release of begun.reverse()) await release();
      throw error;
    }
  }

  static async #begin(seed: number, releases: Release[]): Promise<Stage> {
    const postgres = await startPostgres();
    releases.push(() => postgres.stop());
    const cluster = await ClusterOfProcesses.start(postgres, { env: ENV, wired: true });
    releases.push(() => cluster.close());
    const epochs = new EpochWatch(cluster.media);
    const balancer = await Balancer.listen(cluster.signaling, { port: 0, host: '127.0.0.1' });
    releases.push(() => balancer.close());
    const browser = await launchBrowser(SMOOTH);
    releases.push(() => browser.close());
    const url = `http://127.0.0.1:${balancer.port}`;
    const violations: Violation[] = [];
    const onViolation = (violation: Violation): void => void violations.push(violation);
    const begin = (title: string, index: number) =>
      MeetingTraffic.start({ url, title, random: new Random(seed + index), onViolation });
    const traffic = await Promise.all([begin('With pictures', 0), begin('Without', 1)]);
    releases.push(() => {
      for (const one of traffic) one.close();
    });
    const onlookers = await Promise.all([
      Onlooker.open(browser, url, 'Grace'),
      Onlooker.open(browser, url, 'Hedy'),
    ]);
    const parts = { postgres, cluster, epochs, violations, releases };
    const stage = new Stage(parts, traffic, onlookers);
    await stage.#gather();
    return stage;
  }

  private constructor(
    parts: {
      postgres: Postgres;
      cluster: ClusterOfProcesses;
      epochs: EpochWatch;
      violations: Violation[];
      releases: Release[];
    },
    traffic: readonly [MeetingTraffic, MeetingTraffic],
    onlookers: readonly [Onlooker, Onlooker],
  ) {
    this.#postgres = parts.postgres;
    this.cluster = parts.cluster;
    this.epochs = parts.epochs;
    this.#violations = parts.violations;
    this.#releases = parts.releases;
    this.traffic = traffic;
    this.onlookers = onlookers;
    for (const node of this.cluster.nodes) this.#pids.set(node, node.pid);
  }

  /** @throws Violation that somebody saw meanwhile */
  assertUnhurt(): void {
    const [violation] = this.#violations;
    if (violation) throw violation;
    this.epochs.assertNeverLower();
    for (const node of this.cluster.nodes) {
      if (this.#away.has(node)) continue;
      if (node.isRunning && node.pid === this.#pids.get(node)) continue;
      throw new Violation(6, `${node.name} has exited`);
    }
  }

  /** It is killed, stopped or cut off until `isBack`. */
  isAway(node: NodeProcess): void {
    this.#away.add(node);
  }

  isBack(node: NodeProcess): void {
    this.#away.delete(node);
    this.#pids.set(node, node.pid);
  }

  /** A signaling node that can be asked. */
  get reachable(): NodeProcess {
    const node = this.cluster.signaling.find((one) => !this.#away.has(one));
    if (!node) throw new Error('no signaling node can be asked');
    return node;
  }

  async nodes(at: NodeProcess = this.reachable): Promise<NodeView[]> {
    return (await call(at, 'listNodes', { token: TOKEN })).nodes;
  }

  async instanceOf({ name }: NodeProcess): Promise<string> {
    const views = await this.nodes();
    // One of an earlier process may be listed for some seconds.
    const [latest] = views
      .filter((view) => view.name === name)
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    if (!latest) throw new Error(`${name} is not listed`);
    return latest.instanceId;
  }

  /** Settles when every signaling node knows of it. */
  async mark(node: NodeProcess, mark: NodeMark): Promise<void> {
    const instanceId = await this.instanceOf(node);
    const params = { instanceId };
    await call(this.reachable, 'markNode', { token: TOKEN, params, body: { mark } });
    await eventually(async () => {
      for (const at of this.cluster.signaling) {
        const view = (await this.nodes(at)).find((one) => one.instanceId === instanceId);
        if (view?.mark !== mark)
          throw new Error(`${at.name} does not know that ${node.name} is ${mark}`);
      }
    });
  }

  /** Has a node own a meeting. */
  async move(meetingId: string, to: NodeProcess): Promise<void> {
    const body = { to: await this.instanceOf(to) };
    const params = { idOrCode: meetingId };
    await call(this.reachable, 'moveMeeting', { token: TOKEN, params, body });
  }

  async ownerOf(meetingId: string): Promise<NodeProcess> {
    const { meeting } = await this.#read(meetingId);
    const owner = this.cluster.signaling.find(({ name }) => name === meeting.owner.name);
    if (!owner) throw new Error(`${meeting.owner.name} is no node of this cluster`);
    return owner;
  }

  async placementOf(meetingId: string): Promise<PlacementView> {
    return (await this.#read(meetingId)).placement;
  }

  /** Names of the media nodes that those in browsers are on. */
  async carriers(): Promise<string[]> {
    const { routers } = await this.placementOf(this.traffic[0].meetingId);
    return routers.filter(({ participants }) => participants > 0).map(({ name }) => name);
  }

  /** Has the two in browsers on different nodes, if they are not: one comes again while the other's node takes nobody. */
  async part(): Promise<void> {
    const [name, ...others] = await this.carriers();
    const shared = this.cluster.media.find((node) => node.name === name);
    if (others.length > 0 || !shared) return;
    const [first, second] = this.onlookers;
    await this.mark(shared, 'cordoned');
    this.traffic[0].isUnsure(second.participantId);
    await second.comeAgain(first);
    // Before that it may not be placed yet.
    await this.#seeEachOther();
    await this.mark(shared, 'ready');
    // Also who was muted meanwhile: there was nothing to mute before the page sent again.
    this.traffic[0].isUnsure(second.participantId);
    const now = await this.carriers();
    if (now.length < 2) throw new Error(`both are on ${now.join()} although it takes nobody`);
  }

  /** Has PostgreSQL end all of its connections and recover, as it does when one of its processes crashes. */
  async crashPostgres(): Promise<void> {
    const connection = this.#postgres.url;
    const client = knex({ client: 'pg', connection, pool: { min: 0, max: 1 } });
    try {
      const { rows } = await client.raw<{ rows: { pid: number }[] }>(
        'SELECT pg_backend_pid() AS pid',
      );
      process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    } finally {
      await client.destroy();
    }
  }

  async close(): Promise<void> {
    for (const release of this.#releases.splice(0).reverse()) await release();
  }

  /** The two in browsers come, each to another media node; then newcomers wait. */
  async #gather(): Promise<void> {
    const [first, second] = this.onlookers;
    const [meeting] = this.traffic;
    await first.enter(meeting.code);
    await second.enter(meeting.code);
    await first.watch(second);
    await second.watch(first);
    await this.#seeEachOther();
    for (const { participantId, unmute } of this.onlookers) {
      await eventually(() => meeting.welcome(participantId, unmute));
    }
    for (const one of this.traffic) await one.closeDoor();
    await this.part();
  }

  async #seeEachOther(): Promise<void> {
    const [first, second] = this.onlookers;
    const now = Date.now();
    await Promise.all([
      first.sees(second, now, START_TIMEOUT_MS),
      second.sees(first, now, START_TIMEOUT_MS),
    ]);
  }

  #read(meetingId: string) {
    const params = { idOrCode: meetingId };
    return call(this.reachable, 'readLiveMeeting', { token: TOKEN, params });
  }
}
