import type {
  LiveMeeting,
  NodeView,
  OperatorAct,
  PlacementView,
  WebhookDelivery,
  WebhookEndpoint,
} from '../../protocol/admin.ts';

type Cell = string | number;

/** Titles and names are what people have typed: none of it may move the cursor or hide a line. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
}

/** Columns as wide as their widest cell; numbers stand to the right. */
export function table(head: readonly string[], raw: readonly (readonly Cell[])[]): string {
  const rows = raw.map((cells) =>
    cells.map((cell) => (typeof cell === 'number' ? cell : printable(cell))),
  );
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

export function nodeTable(nodes: readonly NodeView[]): string {
  return table(
    [
      'NODE',
      'MARK',
      'ROLES',
      'LOAD',
      'WORKERS',
      'MEETINGS',
      'CONNECTIONS',
      'ROUTERS',
      'UP',
      'INSTANCE',
    ],
    nodes.map((node) => [
      node.isSelf ? `${node.name} *` : node.name,
      node.mark,
      node.roles.join(','),
      percent(node.load),
      node.workers.map(({ load }) => percent(load)).join(' ') || '-',
      node.meetings,
      node.connections,
      node.routers,
      duration(node.uptimeSec),
      node.instanceId,
    ]),
  );
}

export function meetingTable(meetings: readonly LiveMeeting[]): string {
  if (meetings.length === 0) return 'No meeting is live.';
  return table(
    ['CODE', 'TITLE', 'OWNER', 'PEOPLE', 'WAITING', 'SINCE', 'ID'],
    meetings.map(({ code, title, owner, participants, waiting, since, id }) => [
      ...[code, shortened(title), owner.name, participants, waiting, since ?? '-', id],
    ]),
  );
}

/** One meeting, and where its media is. */
export function placementText({
  meeting,
  placement,
}: {
  meeting: LiveMeeting;
  placement: PlacementView;
}): string {
  const place = ({ name, worker }: { name: string; worker: number }) => `${name}/${worker}`;
  const routers = placement.routers.map((one) => [one.name, one.worker, one.participants]);
  const links = placement.links.map(
    ({ ends: [a, b], producers }) => `${place(a)} – ${place(b)}: ${producers} producers`,
  );
  return [
    meetingTable([meeting]),
    '',
    table(['NODE', 'WORKER', 'PEOPLE'], routers),
    ...(links.length > 0 ? ['', 'Links', ...links] : []),
  ].join('\n');
}

export function endpointTable(endpoints: readonly WebhookEndpoint[]): string {
  if (endpoints.length === 0) return 'No endpoint is configured (webhooks.endpoints).';
  return table(
    ['ENDPOINT', 'PENDING', 'FAILED', 'DELIVERED', 'OLDEST', 'URL'],
    endpoints.map(({ id, pending, failed, delivered, oldestPendingAt, url }) => [
      ...[id, pending, failed, delivered, oldestPendingAt ?? '-', url ?? 'not configured any more'],
    ]),
  );
}

export function deliveryTable(deliveries: readonly WebhookDelivery[]): string {
  if (deliveries.length === 0) return 'None is stored.';
  return table(
    ['HAPPENED', 'EVENT', 'ENDPOINT', 'STATE', 'ATTEMPTS', 'LAST', 'NEXT', 'ID'],
    deliveries.map((one) => [
      ...[one.at, one.type, one.endpoint, one.state, one.attempts],
      one.lastError ?? String(one.lastStatus ?? '-'),
      one.state === 'pending' ? one.dueAt : '-',
      one.eventId,
    ]),
  );
}

export function actTable(rows: readonly (readonly [at: string, text: string])[]): string {
  return rows.length === 0 ? 'Nothing yet.' : table(['AT', 'WHAT'], rows);
}

export function actText({ action, actor, node, meeting, detail }: OperatorAct): string {
  switch (action) {
    case 'node-marked':
      return `${actor.name} made ${node?.name ?? ''} ${detail['mark'] ?? ''}`;
    case 'meeting-moved':
      return `${actor.name} moved “${meeting?.title ?? ''}” from ${detail['from'] ?? ''} to ${detail['to'] ?? ''}`;
    case 'meeting-ended':
      return `${actor.name} ended “${meeting?.title ?? ''}”`;
    case 'webhooks-redelivered':
      return `${actor.name} sent ${detail['count'] ?? ''} webhooks again to ${detail['endpoint'] ?? ''}`;
  }
}

/** `2 meetings, 1 router`; empty when a node has nothing. */
export function whatIsLeft(node: Pick<NodeView, 'meetings' | 'connections' | 'routers'>): string {
  return (['meetings', 'connections', 'routers'] as const)
    .filter((what) => node[what] > 0)
    .map((what) => `${node[what]} ${node[what] === 1 ? what.slice(0, -1) : what}`)
    .join(', ');
}

const LONGEST_TITLE = 40;

function shortened(title: string): string {
  return title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
  return `${Math.floor(minutes / 1_440)}d${Math.floor(minutes / 60) % 24}h`;
}
