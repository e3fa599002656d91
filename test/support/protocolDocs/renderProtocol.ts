import { join } from 'node:path';
import { z } from 'zod';
import * as admin from '../../../protocol/admin.ts';
import * as calls from '../../../protocol/calls.ts';
import * as chat from '../../../protocol/chat.ts';
import * as errors from '../../../protocol/errors.ts';
import * as events from '../../../protocol/events.ts';
import * as live from '../../../protocol/live.ts';
import * as mediaRequests from '../../../protocol/mediaRequests.ts';
import * as meetingRequests from '../../../protocol/meetingRequests.ts';
import * as meetings from '../../../protocol/meetings.ts';
import * as notifications from '../../../protocol/notifications.ts';
import * as people from '../../../protocol/people.ts';
import * as primitives from '../../../protocol/primitives.ts';
import * as recordings from '../../../protocol/recordings.ts';
import * as requests from '../../../protocol/requests.ts';
import * as rest from '../../../protocol/rest.ts';
import * as rtp from '../../../protocol/rtp.ts';
import { refusalsOfRequest, refusalsOfRoute } from '../refusals.ts';
import { readComments } from './comments.ts';
import { boundsText, typeText, type Schema } from './schemaText.ts';
import { CONVENTIONS, HTTP, NOTIFICATIONS, REQUESTS } from './prose.ts';

/** Rewrites docs/protocol.md and docs/who-may.md. */
export const REWRITE_COMMAND = 'npm run docs';

const FOLDER = join(import.meta.dirname, '../../../protocol');
/** In the order in which their types are listed. */
const MODULES = {
  ...{ primitives, meetings, notifications, meetingRequests, mediaRequests },
  ...{ chat, people, calls, live, recordings, rest, admin, rtp },
};

/** The text of docs/protocol.md, from the contract and the comments in it. */
export function renderProtocol(): string {
  const types = nameTypes();
  const { schemas } = z.toJSONSchema(types.registry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => id,
  }) as { schemas: Record<string, Schema> };

  const type = (schema: z.ZodType | null): string => {
    if (schema === null) return 'nothing';
    const { id = '' } = types.registry.get(schema) ?? {};
    return types.names.has(id) ? id : typeText(schemas[id] ?? {});
  };

  return [
    '# Protocol',
    `Generated from \`protocol/\`; \`${REWRITE_COMMAND}\` rewrites it.`,
    CONVENTIONS({
      version: events.PROTOCOL_VERSION,
      oldest: events.OLDEST_PROTOCOL_VERSION,
      maxMessageBytes: events.MAX_MESSAGE_BYTES,
      common: codes(errors.COMMON_REFUSALS),
    }),
    renderCodes(),
    renderRequests(type),
    renderNotifications(type),
    renderRoutes(type),
    '## Types',
    'Named where they are used above.',
    ...[...types.names].map(([name, comments]) => renderType(name, schemas[name] ?? {}, comments)),
    '',
  ].join('\n\n');
}

type TypeOf = (schema: z.ZodType | null) => string;
type Comments = (field: string) => string | undefined;

/** Gives every exported schema its name, and every other one that is shown an identifier. */
function nameTypes() {
  const registry = z.registry<{ id: string }>();
  const names = new Map<string, { of: string | undefined; field: Comments }>();
  for (const [file, module] of Object.entries(MODULES)) {
    const comments = commentsOf(file);
    // The order of a module's exports is its loader's.
    for (const [name, value] of Object.entries(module).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!(value instanceof z.ZodType)) continue;
      const id = name.replace(/^./, (letter) => letter.toUpperCase());
      registry.add(value, { id });
      names.set(id, { of: comments.get(name), field: (field) => comments.get(`${name}.${field}`) });
    }
  }
  let count = 0;
  const add = (schema: z.ZodType | null | undefined): void => {
    if (schema && !registry.has(schema)) registry.add(schema, { id: `shown ${(count += 1)}` });
  };
  for (const { input, output } of Object.values(requests.requests)) [input, output].forEach(add);
  Object.values(notifications.notifications).forEach(add);
  for (const route of Object.values(rest.routes)) {
    [route.body, route.response, queryOf(route)].forEach(add);
  }
  return { registry, names };
}

function renderCodes(): string {
  const comments = commentsOf('errors');
  const lines = errors.ERROR_CODES.map(
    (code) => `- \`${code}\`: ${comments.get(`ERROR_CODES.${code}`) ?? ''}`,
  );
  return ['## Error codes', lines.join('\n')].join('\n\n');
}

function renderRequests(type: TypeOf): string {
  const comments = mergedComments(
    ['meetingRequests', 'mediaRequests', 'chat', 'people', 'calls'],
    /^\w*[rR]equests\./,
  );
  const entries = (Object.keys(requests.requests) as requests.RequestName[]).map((name) => {
    const { input, output, idempotent } = requests.requests[name];
    return [
      `### \`${name}\``,
      comments.get(name) ?? '',
      block('payload', type(input)),
      block('answer', type(output)),
      `${idempotent ? 'Idempotent.' : 'Not idempotent: never sent again.'} Refusals: ${codes(refusalsOfRequest(name))}.`,
    ].join('\n\n');
  });
  return ['## Requests', REQUESTS, ...entries].join('\n\n');
}

function renderNotifications(type: TypeOf): string {
  const files = ['notifications', 'chat', 'people', 'calls'];
  const comments = mergedComments(files, /^\w*Notifications\./);
  const list = (
    constant: 'sequencedNotifications' | 'passingNotifications' | 'userNotifications',
  ) =>
    Object.entries(notifications[constant]).map(([name, schema]) =>
      [`#### \`${name}\``, comments.get(name) ?? '', block('payload', type(schema))].join('\n\n'),
    );
  const about = commentsOf('notifications');
  return [
    '## Notifications',
    NOTIFICATIONS,
    '### Sequenced',
    about.get('sequencedNotifications') ?? '',
    ...list('sequencedNotifications'),
    '### Passing',
    about.get('passingNotifications') ?? '',
    ...list('passingNotifications'),
    '### Outside of meetings',
    about.get('userNotifications') ?? '',
    ...list('userNotifications'),
  ].join('\n\n');
}

const AUTH = {
  none: 'No token.',
  optional: 'With or without a token.',
  any: 'With the token of an account or a guest.',
  account: "With an account's token.",
  operator: "With an operator's token.",
  listener: "With a listener's token, of `enterLiveRoom`, or the cookie that came with it.",
} as const;

function renderRoutes(type: TypeOf): string {
  const comments = mergedComments(
    ['rest', 'chatRoutes', 'people', 'callHistory', 'live', 'liveChat', 'liveReplay', 'recordings'],
    /^\w*[rR]outes\./,
  );
  const entries = (Object.keys(rest.routes) as rest.RouteName[]).map((name) => {
    const route = rest.routes[name];
    const query = queryOf(route);
    return [
      `### \`${route.method} ${route.path}\``,
      comments.get(name) ?? '',
      ...(query ? [block('query', type(query))] : []),
      ...(route.body ? [block('body', contentOf(route) ?? type(route.body))] : []),
      ...(route.response ? [block(`answer ${route.status}`, type(route.response))] : []),
      `${AUTH[route.auth]} ${route.response ? '' : `Answers ${route.status}. `}Refusals: ${codes(refusalsOfRoute(name))}.`,
    ].join('\n\n');
  });
  return ['## HTTP', HTTP, ...entries].join('\n\n');
}

function renderType(
  name: string,
  schema: Schema,
  comments: { of: string | undefined; field: Comments },
): string {
  const bounds = boundsText(schema);
  return [
    `### \`${name}\``,
    ...(comments.of === undefined ? [] : [comments.of]),
    block('', typeText(schema, comments.field), bounds),
  ].join('\n\n');
}

function queryOf(route: (typeof rest.routes)[rest.RouteName]): z.ZodType | undefined {
  return 'query' in route ? route.query : undefined;
}

/** What a body is that is not JSON. */
function contentOf(route: (typeof rest.routes)[rest.RouteName]): string | undefined {
  return 'content' in route ? route.content.join(' | ') : undefined;
}

function commentsOf(file: string): ReadonlyMap<string, string> {
  return readComments(join(FOLDER, `${file}.ts`));
}

/** Of the entries of constants whose name and the dot behind it fit, by the entry's name. */
function mergedComments(files: readonly string[], constant: RegExp): ReadonlyMap<string, string> {
  const all = files.flatMap((file) => [...commentsOf(file)]);
  return new Map(
    all.flatMap(([key, text]) => (constant.test(key) ? [[key.replace(constant, ''), text]] : [])),
  );
}

function block(title: string, text: string, bounds?: string): string {
  const head = title === '' ? '' : `// ${title}\n`;
  return `\`\`\`ts\n${head}${text}${bounds === undefined ? '' : ` // ${bounds}`}\n\`\`\``;
}

function codes(list: readonly string[]): string {
  return list.map((code) => `\`${code}\``).join(', ');
}
