import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RequestError } from '../../client/api/RequestError.ts';
import { RestClient } from '../../client/api/RestClient.ts';
import type { NodeMark, NodeView } from '../../protocol/admin.ts';
import {
  actText,
  printable,
  actTable,
  deliveryTable,
  endpointTable,
  meetingTable,
  nodeTable,
  placementText,
  whatIsLeft,
} from './tables.ts';

export const USAGE = `npm run admin -- <command> [--url URL] [--token TOKEN] [--json]

  nodes                  every node: load, meetings, connections, routers
  meetings [meeting]     live meetings, or where the media of one is
  cordon <node>          it keeps what it has and gets nothing new
  drain <node> [--wait]  it gives away what it has; --wait until it has nothing left
  undrain <node>         take either back (uncordon is the same)
  move <meeting> [node]  have another signaling node own it
  end <meeting>          end it for everyone, for good
  audit                  what operators did
  webhooks               endpoints, and what is pending or was given up
  deliveries [endpoint]  webhooks that are still stored, newest first; --failed: given up only
  redeliver <endpoint> [event]
                         send again what was given up, or one event

A node is named by its name or its instance id, a meeting by its id or join code.
--url    of any signaling node; $PARLEY_ADMIN_URL, else http://127.0.0.1:$PORT or 4501
--token  admin.token of its configuration; $PARLEY_ADMIN_TOKEN
--limit  lines of meetings, audit and deliveries, 1 to 100; 20
--json   the server's answer as it is

Exit codes: 0 done, 1 refused or not reached, 2 not understood.`;

export interface AdminContext {
  env: Record<string, string | undefined>;
  stop: AbortSignal;
  print: (text: string) => void;
  complain: (text: string) => void;
}

const DEFAULT_PORT = '4501';
const WAIT_INTERVAL_MS = 1_000;

/** It cannot be done as it was written. */
class UsageError extends Error {}

/** Runs one command against a server's API. @returns its exit code */
export async function runAdmin(args: readonly string[], context: AdminContext): Promise<number> {
  try {
    await perform(args, context);
    return 0;
  } catch (error) {
    if (context.stop.aborted) return 0;
    if (error instanceof UsageError) {
      context.complain(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if (!(error instanceof RequestError)) throw error;
    context.complain(explain(error));
    return 1;
  }
}

async function perform(args: readonly string[], context: AdminContext): Promise<void> {
  const { values, positionals } = parse(args);
  const [command, first, second, ...rest] = positionals;
  const base = values.url ?? context.env['PARLEY_ADMIN_URL'] ?? defaultUrl(context);
  const token = values.token ?? context.env['PARLEY_ADMIN_TOKEN'] ?? null;
  const show = (answer: unknown, text: () => string): void =>
    context.print(values.json ? JSON.stringify(answer, null, 2) : text());
  if (command === undefined || values.help) {
    if (!values.help) throw new UsageError('Which command?');
    context.print(USAGE);
    return;
  }
  if (!URL.canParse(base)) throw new UsageError(`${base} is not an address.`);
  if (token === null) throw new UsageError('The token is missing: --token or $PARLEY_ADMIN_TOKEN.');
  const api = new RestClient(
    () => token,
    (path, init) => fetch(new URL(path, base), init),
  );
  const query = { limit: values.limit };

  switch (command) {
    case 'nodes': {
      assertNoMore(first);
      const answer = await api.call('listNodes');
      if (!answer.isRegistryReachable) {
        context.complain('The registry of nodes does not answer: this is what was known last.');
      }
      show(answer, () => nodeTable(answer.nodes));
      return;
    }
    case 'meetings': {
      assertNoMore(second);
      if (first !== undefined) {
        const answer = await api.call('readLiveMeeting', { params: { idOrCode: first } });
        show(answer, () => placementText(answer));
        return;
      }
      const answer = await api.call('listLiveMeetings', { query });
      const missing = answer.missing.map(({ name }) => name).join(', ');
      if (missing !== '')
        context.complain(`Did not answer, their meetings are missing: ${missing}`);
      show(answer, () => meetingTable(answer.meetings));
      return;
    }
    case 'cordon':
    case 'drain':
    case 'undrain':
    case 'uncordon': {
      assertNoMore(second);
      const mark = MARKS[command];
      const node = await findNode(api, required(first, 'node'));
      const params = { instanceId: node.instanceId };
      const answer = await api.call('markNode', { params, body: { mark } });
      show(answer, () => `${answer.node.name} is ${mark}.`);
      if (command === 'drain' && values.wait) await waitUntilEmpty(api, node, context);
      return;
    }
    case 'move': {
      assertNoMore(rest[0]);
      const idOrCode = required(first, 'meeting');
      const to = second === undefined ? null : await findNode(api, second);
      const body = to ? { to: to.instanceId } : {};
      const answer = await api.call('moveMeeting', { params: { idOrCode }, body });
      show(answer, () => `${answer.owner.name} owns it now.`);
      return;
    }
    case 'end': {
      assertNoMore(second);
      const params = { idOrCode: required(first, 'meeting') };
      const answer = await api.call('endAnyMeeting', { params });
      show(answer, () => `“${printable(answer.meeting.title)}” is over.`);
      return;
    }
    case 'audit': {
      assertNoMore(first);
      const answer = await api.call('listOperatorActs', { query });
      show(answer, () => actTable(answer.acts.map((act) => [act.at, actText(act)])));
      return;
    }
    case 'webhooks': {
      assertNoMore(first);
      const answer = await api.call('listWebhookEndpoints');
      show(answer, () => endpointTable(answer.endpoints));
      return;
    }
    case 'deliveries': {
      assertNoMore(second);
      const which = {
        ...query,
        ...(first !== undefined && { endpoint: first }),
        ...(values.failed && { state: 'failed' }),
      };
      const answer = await api.call('listWebhookDeliveries', { query: which });
      show(answer, () => deliveryTable(answer.deliveries));
      return;
    }
    case 'redeliver': {
      assertNoMore(rest[0]);
      const body = {
        endpoint: required(first, 'endpoint'),
        ...(second !== undefined && { eventId: second }),
      };
      const answer = await api.call('redeliverWebhooks', { body });
      show(answer, () => `${answer.count} sent again.`);
      return;
    }
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
}

const MARKS = {
  cordon: 'cordoned',
  drain: 'draining',
  undrain: 'ready',
  uncordon: 'ready',
} as const satisfies Record<string, NodeMark>;

/** Tells how far it is whenever that changes. A node that has left has nothing any more. */
async function waitUntilEmpty(
  rest: RestClient,
  { instanceId, name }: NodeView,
  { stop, complain }: AdminContext,
): Promise<void> {
  let told = '';
  for (;;) {
    const { nodes } = await rest.call('listNodes');
    const node = nodes.find((one) => one.instanceId === instanceId);
    if (!node) {
      complain(`${name} has left.`);
      return;
    }
    if (node.mark !== 'draining') {
      throw new RequestError({
        code: 'INVALID_STATE',
        message: `Somebody has made ${name} ${node.mark} meanwhile.`,
      });
    }
    const left = whatIsLeft(node);
    if (left === '') {
      complain(`${name} is empty: it can be stopped.`);
      return;
    }
    if (left !== told) complain(`${name}: ${left} to go`);
    told = left;
    await sleep(WAIT_INTERVAL_MS, undefined, { signal: stop });
  }
}

/** By instance or name. */
async function findNode(rest: RestClient, wanted: string): Promise<NodeView> {
  const { nodes } = await rest.call('listNodes');
  const found = nodes.filter(({ instanceId, name }) => instanceId === wanted || name === wanted);
  const [node, another] = found;
  if (!node) {
    const names = nodes.map(({ name }) => name).join(', ');
    throw new RequestError({
      code: 'NOT_FOUND',
      message: `There is no node ${wanted}. There are: ${names}`,
    });
  }
  if (another) {
    const ids = found.map(({ instanceId }) => instanceId).join(', ');
    throw new UsageError(`Several nodes are called ${wanted}. Name one by its instance: ${ids}`);
  }
  return node;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        limit: { type: 'string', default: '20' },
        json: { type: 'boolean', default: false },
        wait: { type: 'boolean', default: false },
        failed: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function defaultUrl({ env }: AdminContext): string {
  return `http://127.0.0.1:${env['PORT'] ?? DEFAULT_PORT}`;
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`Which ${what}?`);
  return value;
}

function assertNoMore(value: string | undefined): void {
  if (value !== undefined) throw new UsageError(`What is ${value} for?`);
}

function explain({ code, message }: RequestError): string {
  if (code === 'OFFLINE') return 'The server cannot be reached. Is --url right?';
  if (code === 'TIMEOUT') return 'The server did not answer in time.';
  if (code === 'UNAUTHENTICATED') return 'The server does not know this token (admin.token).';
  return `${message} (${code})`;
}
