import type { AdminTexts } from './adminTexts.ts';

const counted = (count: number, one: string, many: string) =>
  `${count} ${count === 1 ? one : many}`;
/** What there is none of is not worth a word. */
const some = (count: number, one: string, many: string) =>
  count === 0 ? [] : [counted(count, one, many)];

export const enAdmin: AdminTexts = {
  title: 'Server',
  hint: 'What this server, or each node of it, is doing now.',
  nodes: 'Nodes',
  registryAway: 'The registry of nodes does not answer',
  registryAwayHint: 'Nodes are shown as they were known last. Meetings go on.',
  older: 'What you see is older than this.',
  thisNode: 'answers you',
  signaling: 'signaling',
  media: 'media',
  load: 'Load',
  loadOf: (name) => `Load of ${name}`,
  worker: (index) => `Worker ${index}`,
  marks: { ready: 'Ready', cordoned: 'Cordoned', draining: 'Draining' },
  cordon: 'Cordon',
  uncordon: 'Uncordon',
  drain: 'Drain',
  undrain: 'Undrain',
  cordonTitle: (name) => `Cordon ${name}?`,
  cordonHint: 'It keeps what it has and gets nothing new. You can take it back.',
  drainTitle: (name) => `Drain ${name}?`,
  drainHint:
    'It gives its meetings and clients to other nodes and gets nothing new. Media stays until its participants leave. You can take it back.',
  drained: 'Empty: it can be stopped.',
  toGo: (meetings, connections, routers) =>
    `To go: ${[
      ...some(meetings, 'meeting', 'meetings'),
      ...some(connections, 'connection', 'connections'),
      ...some(routers, 'router', 'routers'),
    ].join(', ')}`,
  silent: (seconds) => `No heartbeat for ${seconds} s`,
  version: 'Version',
  region: 'Region',
  uptime: 'Running for',
  meetings: 'Meetings',
  connections: 'Connections',
  routers: 'Routers',
  noMeetings: 'No meeting is live',
  noMeetingsHint: 'One shows up here as soon as somebody joins it.',
  missing: (names) => `Did not answer, so that their meetings are not shown: ${names}`,
  owner: 'Owner',
  epoch: 'Epoch',
  people: (count) => counted(count, 'person', 'people'),
  waiting: (count) => `${count} waiting`,
  since: (when) => `since ${when}`,
  placement: 'Media',
  placementOf: (title) => `Where the media of ${title} is`,
  noRouters: 'It has no media now.',
  linked: (a, b, producers) =>
    `${a} and ${b} are linked; ${counted(producers, 'stream crosses', 'streams cross')}.`,
  move: 'Move…',
  moveOf: (title) => `Move ${title}`,
  moveTitle: (title) => `Move “${title}” to another node?`,
  moveHint:
    'Another node becomes its owner. Nobody in it notices, and its media stays where it is.',
  moveTo: 'Node',
  moveAnywhere: 'The one with the fewest meetings',
  moveNowhere: 'There is no other node that is ready.',
  end: 'End…',
  endOf: (title) => `End ${title}`,
  endTitle: (title) => `End “${title}” for everyone?`,
  endHint: 'Nobody can join it again. Its hosts can see that you did it.',
  activity: 'What operators did',
  noActivity: 'Nothing yet.',
  token: 'Operator token',
  acts: {
    'meeting-moved': (actor, what, to) => `${actor} moved “${what}” to ${to}`,
    'meeting-ended': (actor, what) => `${actor} ended “${what}”`,
    'webhooks-redelivered': (actor, _, to) => `${actor} sent webhooks again to ${to}`,
  },
  marked: {
    ready: (actor, node) => `${actor} made ${node} ready again`,
    cordoned: (actor, node) => `${actor} cordoned ${node}`,
    draining: (actor, node) => `${actor} drains ${node}`,
  },
  previous: 'Newer',
  next: 'Older',
  duration: (days, hours, minutes) =>
    days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`,
};
