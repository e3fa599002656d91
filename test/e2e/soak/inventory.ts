import type { NodeProcess } from '../../support/NodeProcess.ts';
import type { Stage } from './Stage.ts';
import { Violation } from './Violation.ts';

const MEDIA = ['routers', 'participants', 'producers', 'consumers'] as const;
type Figures = Record<(typeof MEDIA)[number], number>;

/** Every node is there, ready and known to the others. @throws Violation */
export async function checkNodes(stage: Stage): Promise<void> {
  const due = stage.cluster.nodes.map(({ name }) => name).sort();
  for (const node of stage.cluster.signaling) {
    const views = await stage.nodes(node);
    const listed = views.map(({ name }) => name).sort();
    if (listed.join() !== due.join()) {
      throw new Violation(3, `${node.name} knows ${listed.join(', ')}`);
    }
    const marked = views.find(({ mark }) => mark !== 'ready');
    if (marked) throw new Violation(9, `${marked.name} is ${marked.mark} for ${node.name}`);
  }
  for (const node of stage.cluster.nodes) {
    const { status } = await fetch(`${node.url}/readyz`);
    if (status !== 200) throw new Violation(9, `${node.name} is not ready`);
  }
}

/** What media nodes have is what the owners of the meetings want. @throws Violation */
export async function checkMedia(stage: Stage): Promise<void> {
  const wanted: Figures = { routers: 0, participants: 0, producers: 0, consumers: 0 };
  for (const traffic of stage.traffic) {
    const { routers } = await stage.placementOf(traffic.meetingId);
    wanted.routers += routers.length;
    const { participants } = await traffic.look();
    const sending = participants.filter(({ producers }) => producers.length > 0);
    const producers = sending.reduce((sum, one) => sum + one.producers.length, 0);
    wanted.participants += sending.length;
    wanted.producers += producers;
    // Everybody who sends receives everybody else.
    wanted.consumers += producers * (sending.length - 1);
  }
  const actual = await Promise.all(stage.cluster.media.map(figuresOf));
  for (const name of MEDIA) {
    const found = actual.reduce((sum, figures) => sum + figures[name], 0);
    if (found === wanted[name]) continue;
    const each = actual.map((figures, index) => {
      return `${stage.cluster.media[index]?.name ?? ''}: ${figures[name]}`;
    });
    throw new Violation(3, `${found} ${name} (${each.join(', ')}), wanted ${wanted[name]}`);
  }
}

/** Everything in Redis ends by itself, and is of a meeting or node that lives. @throws Violation */
export async function checkRedis(stage: Stage): Promise<void> {
  const lasting = await stage.cluster.redis.keysWithoutTtl();
  if (lasting.length > 0) throw new Violation(3, `without an end in Redis: ${lasting.join(', ')}`);
  const instances = new Set((await stage.nodes()).map(({ instanceId }) => instanceId));
  const meetings = new Set(stage.traffic.map(({ meetingId }) => meetingId));
  await stage.cluster.redis.use(async (client) => {
    for (const key of await client.keys('*')) {
      const [, meeting, what] = /^\{(.+)\}:(.+)$/.exec(key) ?? [];
      const [, node] = /^n:(.+)$/.exec(key) ?? [];
      if (node !== undefined && !instances.has(node)) throw new Violation(3, `${key} in Redis`);
      if (meeting === undefined) continue;
      if (!meetings.has(meeting)) throw new Violation(3, `${key} in Redis of no live meeting`);
      if (what !== 'own') continue;
      const owner = await client.hget(key, 'owner');
      if (!instances.has(owner ?? '')) throw new Violation(3, `${key} in Redis of no live node`);
    }
    for (const meeting of meetings) {
      if ((await client.hlen(`{${meeting}}:parts`)) > 0) continue;
      throw new Violation(4, `nothing is kept of who is in ${meeting}`);
    }
  });
}

async function figuresOf({ url }: NodeProcess): Promise<Figures> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const entries = MEDIA.map((name) => {
    const [, value] = new RegExp(`^parley_${name} (\\d+)`, 'm').exec(metrics) ?? [];
    return [name, Number(value)];
  });
  return Object.fromEntries(entries) as Figures;
}
