import type { Browser } from 'playwright-core';
import type { ClusterShape } from '../../test/support/ClusterOfProcesses.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { NodeProcess } from '../../test/support/NodeProcess.ts';
import { TcpProxy } from '../../test/support/TcpProxy.ts';
import { BenchCluster } from './BenchCluster.ts';
import { BrowserVisitor, launchBrowser } from './BrowserVisitor.ts';
import { connectGuest, createMeeting } from './meetings.ts';
import type { ParleySession } from './ParleySession.ts';

const PATIENCE_MS = 30_000;
const ADMIN_TOKEN = 'an-operator-token-of-32-characters-or-more';

/** A visitor and the way to their signaling node, as a load balancer leads it. */
export interface Place {
  visitor: BrowserVisitor;
  way: TcpProxy;
  node: NodeProcess;
}

/** Two Chromium pages in one meeting on a cluster of two signaling and two media nodes, on a signaling node each. */
export class ClusterMeeting {
  readonly cluster: BenchCluster;
  readonly meetingId: string;
  readonly places: readonly Place[];
  readonly #browser: Browser;

  static async open(shape: ClusterShape = {}): Promise<ClusterMeeting> {
    const env = { PARLEY_ADMIN_TOKEN: ADMIN_TOKEN };
    const cluster = await BenchCluster.start({ signaling: 2, media: 2, ...shape, env });
    const { signaling } = cluster.processes;
    const browser = await launchBrowser();
    const meetingId = await createMeeting(signaling[0]?.url ?? '');
    const places: Place[] = [];
    for (const node of signaling) {
      const way = await TcpProxy.start(portOf(node));
      const visitor = await BrowserVisitor.open(browser, way.url, meetingId);
      await visitor.join();
      places.push({ visitor, way, node });
    }
    for (const { visitor } of places) await visitor.watchOthers();
    return new ClusterMeeting(cluster, browser, meetingId, places);
  }

  private constructor(
    cluster: BenchCluster,
    browser: Browser,
    meetingId: string,
    places: readonly Place[],
  ) {
    this.cluster = cluster;
    this.#browser = browser;
    this.meetingId = meetingId;
    this.places = places;
  }

  get visitors(): BrowserVisitor[] {
    return this.places.map(({ visitor }) => visitor);
  }

  /** The signaling node that owns the meeting, and the one that does not. */
  async signaling(): Promise<{ owner: NodeProcess; other: NodeProcess }> {
    const nodes = this.cluster.processes.signaling;
    const counts = await Promise.all(nodes.map((node) => metric(node, 'parley_meetings')));
    const at = counts.findIndex((count) => count > 0);
    const [owner, other] = [nodes[at], nodes[1 - at]];
    if (!owner || !other) throw new Error('nobody owns the meeting');
    return { owner, other };
  }

  /** The media node through which it goes. */
  async carrier(): Promise<NodeProcess> {
    const nodes = this.cluster.processes.media;
    const counts = await Promise.all(nodes.map((node) => metric(node, 'parley_producers')));
    const carrier = nodes[counts.indexOf(Math.max(...counts))];
    if (!carrier) throw new Error('no node carries the meeting');
    return carrier;
  }

  /** Instances of all nodes, by their names. */
  async instances(): Promise<Map<string, string>> {
    const url = this.cluster.processes.signaling[0]?.url ?? '';
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const response = await fetch(`${url}/api/admin/nodes`, { headers });
    const { nodes } = (await response.json()) as { nodes: { name: string; instanceId: string }[] };
    return new Map(nodes.map(({ name, instanceId }) => [name, instanceId]));
  }

  /** New connections go to another node than this one, as soon as it is lost. */
  leadAwayFrom(lost: NodeProcess, other: NodeProcess): void {
    for (const place of this.places) {
      if (place.node !== lost) continue;
      place.way.turnTo(portOf(other));
      place.node = other;
    }
  }

  /** Puts one page on each signaling node again. */
  async spread(): Promise<void> {
    const [first, second] = this.places;
    const free = this.cluster.processes.signaling.find((node) => node !== first?.node);
    if (!first || !second || !free || first.node !== second.node) return;
    const back = second.visitor.rejoined();
    second.way.turnTo(portOf(free));
    second.node = free;
    second.way.cut();
    second.way.restore();
    await back;
  }

  /** A guest without media, connected to that node and in the meeting. */
  async witness(node: NodeProcess): Promise<ParleySession> {
    const session = await connectGuest(node.url, this.meetingId);
    await session.join();
    return session;
  }

  /** Every node is there again, and knows the others. */
  async healed(): Promise<void> {
    const { nodes } = this.cluster.processes;
    await eventually(async () => {
      for (const node of nodes) {
        const known = await metric(node, 'parley_nodes');
        if (known !== nodes.length) throw new Error(`${node.name} knows ${known} nodes`);
      }
    }, PATIENCE_MS);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    for (const { way } of this.places) way.close();
    await this.cluster.stop();
  }
}

function portOf({ url }: NodeProcess): number {
  return Number(new URL(url).port);
}

async function metric({ url }: NodeProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
}
